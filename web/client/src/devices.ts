import * as documents from './documents.ts';
import type { DevicesQuery, RegisterDeviceInput } from './generated/operations.ts';
import type { RequestOptions, Send } from './send.ts';

export type Device = DevicesQuery['devices'][number];
export type DeviceRegistration = RegisterDeviceInput;

/** What `PushSubscription.toJSON()` gives in a browser. */
export type PushSubscriptionJson = {
  readonly endpoint?: string | undefined;
  readonly keys?: Readonly<Record<string, string>> | undefined;
};

const isRepeatable = true;

/** The phones and browsers that ring for a person. */
export function createDevices(send: Send) {
  const register = async (input: DeviceRegistration, options?: RequestOptions): Promise<Device> =>
    (await send(documents.registerDevice, { input }, { isRepeatable, ...options })).registerDevice.result;

  return {
    async list(options?: RequestOptions): Promise<readonly Device[]> {
      return (await send(documents.devices, {}, options)).devices;
    },

    /** Makes a device ring for the person, and nobody else's any more. Call it at each start of the app: twice is once. */
    register,

    /** The same for a browser: `registerBrowser(subscription.toJSON())`. */
    registerBrowser: (
      { endpoint = '', keys = {} }: PushSubscriptionJson,
      more: Pick<DeviceRegistration, 'platform' | 'name' | 'app'> = {},
      options?: RequestOptions,
    ): Promise<Device> =>
      register(
        {
          ...more,
          provider: 'web_push',
          token: endpoint,
          webPushP256Dh: keys.p256dh ?? '',
          webPushAuth: keys.auth ?? '',
        },
        options,
      ),

    /** Makes a device stop ringing; false where the person has none with this token, as after a first try that got through. */
    async unregister(
      input: Pick<DeviceRegistration, 'provider' | 'token'>,
      options?: RequestOptions,
    ): Promise<boolean> {
      return (await send(documents.unregisterDevice, { input }, { isRepeatable, ...options })).unregisterDevice.result;
    },

    /** The same by id, for a list of devices. */
    async remove(deviceId: string, options?: RequestOptions): Promise<boolean> {
      return (await send(documents.deleteDevice, { deviceId }, { isRepeatable, ...options })).deleteDevice.result;
    },

    /** Logs out: the session of the token, or another of the person's, ends with its devices; how many. */
    async endSession(sessionId?: string, options?: RequestOptions): Promise<number> {
      const input = sessionId === undefined ? {} : { sessionId };
      return (await send(documents.endSession, { input }, options)).endSession.result;
    },
  };
}
