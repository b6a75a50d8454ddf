import { Capacitor } from '@capacitor/core';
import { PushNotifications } from '@capacitor/push-notifications';
import type { Rowbell } from '@rowbell/client';

/** Once, where the app begins; `openTrip` is the app's own router, so nothing that somebody was writing is lost. */
export function startPush(rowbell: Rowbell, openTrip: (tripId: string, overlay: string | undefined) => void) {
  const platform = Capacitor.getPlatform();
  const push = rowbell.push.capacitor({ PushNotifications, platform, device: { app: 'trips' } });
  push.onTap(({ tripId, overlay }) => {
    if (tripId) openTrip(tripId, overlay);
  });
  // At each start, and after a log-in. rowbell.signOut() unregisters.
  return push.register();
}
