import type { Rowbell } from '@rowbell/client';

/** After a click: browsers ask the person for the permission then. */
export async function ring(rowbell: Rowbell, vapidPublicKey: string): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: vapidPublicKey,
  });
  await rowbell.devices.registerBrowser(subscription.toJSON(), { name: navigator.userAgent.slice(0, 120) });
}
