import type { createDevices, DeviceRegistration } from '../devices.ts';
import type { Changes } from '../live/changes.ts';
import { createEmitter } from '../live/store.ts';
import type { KeptStorage } from '../live/surroundings.ts';

type Handle = { remove(): Promise<void> };
type Tap = {
  readonly actionId: string;
  readonly notification: { readonly data?: unknown };
};

/** As much of `PushNotifications` of @capacitor/push-notifications as is used here. */
export type CapacitorPushNotifications = {
  addListener(name: 'registration', listener: (token: { readonly value: string }) => void): Promise<Handle>;
  addListener(name: 'registrationError', listener: (error: { readonly error: string }) => void): Promise<Handle>;
  addListener(name: 'pushNotificationActionPerformed', listener: (tap: Tap) => void): Promise<Handle>;
  checkPermissions(): Promise<{ readonly receive: string }>;
  requestPermissions(): Promise<{ readonly receive: string }>;
  register(): Promise<void>;
  unregister(): Promise<void>;
};

export type CapacitorOptions = {
  readonly PushNotifications: CapacitorPushNotifications;
  /** `Capacitor.getPlatform()`. */
  readonly platform: string;
  /** The app's key in `notify.apps`, its APNs environment, the device's name. */
  readonly device?: Pick<DeviceRegistration, 'app' | 'environment' | 'name'>;
};

/** Where a push leads: the data of its type. Those of trips have `tripId` and `overlay`. */
export type PushTap = {
  readonly tripId: string | undefined;
  readonly overlay: string | undefined;
  /** The button that was pressed; undefined: the notification itself. */
  readonly actionKey: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
};

export type CapacitorPush = {
  /**
   * Asks for the permission where it was not asked for yet, and makes the phone ring for who is signed in. Call it at each start of the app,
   * and after a log-in. `denied`: the person does not want it; only the phone's settings change that.
   */
  register(): Promise<'granted' | 'denied'>;
  /** The phone rings for this person no longer. `rowbell.signOut()` does it by itself. */
  unregister(): Promise<void>;
  /** Calls for each tap; also for the one that started the app, however late one begins to listen. */
  onTap(listener: (tap: PushTap) => void): () => void;
};

type Options = {
  readonly devices: ReturnType<typeof createDevices>;
  readonly changes: Changes;
  readonly storage: KeptStorage;
};

const tokenKey = 'rowbell push token';
/** What a tap on the notification itself is called. */
const plainTap = 'tap';

/**
 * Push for apps in Capacitor's web view. A tap is an event in the page that runs: nothing is loaded anew, so what somebody was
 * writing is still there.
 */
export function createCapacitorPush({ devices, changes, storage }: Options, options: CapacitorOptions): CapacitorPush {
  const { PushNotifications, platform, device = {} } = options;
  const provider = platform === 'ios' ? 'apns' : 'fcm';
  const taps = createEmitter<{ tap: PushTap }>();
  let early: PushTap[] = [];
  let handles: Promise<readonly Handle[]> | null = null;
  let finish: { resolve(): void; reject(error: unknown): void } | null = null;

  const take = ({ actionId, notification }: Tap): void => {
    const data = isRecord(notification.data) ? notification.data : {};
    const actionKey = actionId === plainTap ? undefined : actionId;
    const tap = { tripId: textOf(data.tripId), overlay: textOf(data.overlay), actionKey, data };
    // Without a listener yet: the tap started the app, and its pages are still being made.
    if (taps.isHeard('tap')) taps.emit('tap', tap);
    else early.push(tap);
    const deliveryId = textOf(data.deliveryId);
    if (deliveryId === undefined) return;
    // The phone has often no network yet when it wakes: what cannot be reported now is reported later.
    const report = actionKey === undefined ? { kind: 'opened' as const } : { kind: 'clicked' as const, actionKey };
    changes.report({ deliveryId, ...report }).catch(() => {});
  };

  const listen = (): Promise<readonly Handle[]> =>
    Promise.all([
      // Google changes tokens while the app runs: it comes again then.
      PushNotifications.addListener('registration', ({ value: token }) => {
        devices
          .register({ ...device, provider, platform, token })
          .then(() => storage.setItem(tokenKey, token))
          .then(() => finish?.resolve())
          .catch((error: unknown) => finish?.reject(error));
      }),
      PushNotifications.addListener('registrationError', ({ error }) => finish?.reject(new Error(error))),
    ]);
  // At once: Capacitor keeps the tap that started the app until somebody listens.
  const listening = PushNotifications.addListener('pushNotificationActionPerformed', take);

  return {
    async register() {
      await listening;
      const { receive: before } = await PushNotifications.checkPermissions();
      const { receive } =
        before === 'granted' || before === 'denied'
          ? { receive: before }
          : await PushNotifications.requestPermissions();
      if (receive !== 'granted') return 'denied';
      handles ??= listen();
      await handles;
      const registered = new Promise<void>((resolve, reject) => {
        finish = { resolve, reject };
      });
      await PushNotifications.register();
      await registered;
      return 'granted';
    },

    async unregister() {
      const token = await storage.getItem(tokenKey);
      for (const handle of (await handles) ?? []) await handle.remove();
      handles = null;
      if (token === null) return;
      await storage.removeItem(tokenKey);
      await PushNotifications.unregister();
      await devices.unregister({ provider, token });
    },

    onTap(listener) {
      const stop = taps.on('tap', listener);
      const kept = early;
      early = [];
      for (const tap of kept) listener(tap);
      return stop;
    },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
