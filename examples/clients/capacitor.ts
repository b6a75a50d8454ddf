import { Capacitor } from '@capacitor/core';
import { PushNotifications } from '@capacitor/push-notifications';
import type { Rowbell } from '@rowbell/client';

let kept: { provider: 'apns' | 'fcm'; token: string } | undefined;

/** Call it once at each start of the app, when somebody is signed in. */
export async function ring(rowbell: Rowbell, open: (data: unknown) => void): Promise<void> {
  const provider = Capacitor.getPlatform() === 'ios' ? 'apns' : 'fcm';
  await PushNotifications.addListener('registration', async ({ value: token }) => {
    await rowbell.devices.register({ provider, token, platform: Capacitor.getPlatform(), app: 'trips' });
    kept = { provider, token };
  });
  await PushNotifications.addListener('pushNotificationActionPerformed', async ({ notification: { data } }) => {
    open(data);
    if (typeof data?.deliveryId === 'string') await rowbell.inbox.report(data.deliveryId, 'opened');
  });
  const { receive } = await PushNotifications.requestPermissions();
  if (receive === 'granted') await PushNotifications.register();
}

export async function logOut(rowbell: Rowbell): Promise<void> {
  if (kept) await rowbell.devices.unregister(kept);
  await rowbell.devices.endSession();
}
