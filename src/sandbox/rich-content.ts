import { z } from 'zod';

/** What a phone or browser draws beside the words of a notification. */
export type Drawn = {
  readonly image: string | null;
  readonly icon: string | null;
  readonly actions: readonly { readonly key: string; readonly title: string; readonly url: string | null }[];
  /** Android's channel or iOS's category, by which the app says how it looks and sounds. */
  readonly channel: string | null;
};

const text = z.string().nullable().catch(null).default(null);
const action = z.object({ key: z.string(), title: z.string(), url: text });
const webAction = z
  .object({ action: z.string(), title: z.string(), url: text })
  .transform(({ action: key, ...rest }) => ({ key, ...rest }));
const list = <T extends z.ZodType>(item: T) => z.array(item).catch([]).default([]);

const iphone = z.object({
  aps: z.object({ category: text, 'mutable-content': z.unknown() }),
  imageUrl: text,
  actions: list(action),
});
const android = z.object({
  data: z.object({ actions: text }).default({ actions: null }),
  notification: z.object({ image: text }).optional(),
  android: z.object({ notification: z.object({ image: text, channel_id: text }).optional() }).optional(),
});
const browser = z.object({ image: text, icon: text, actions: list(webAction) });

/** An iPhone: a picture and buttons of ours are its service extension's doing, which is asked where the content is mutable. */
export function drawnByIphone(payload: unknown): Drawn | null {
  const { data } = iphone.safeParse(payload);
  if (!data) return null;
  const isAsked = data.aps['mutable-content'] === 1;
  return drawn({
    image: isAsked ? data.imageUrl : null,
    actions: isAsked ? data.actions : [],
    channel: data.aps.category,
  });
}

/** An Android phone whose app draws the buttons that it finds in the data. */
export function drawnByAndroid(message: unknown): Drawn | null {
  const { data } = android.safeParse(message);
  if (!data) return null;
  const own = data.android?.notification;
  return drawn({
    image: own?.image ?? data.notification?.image ?? null,
    actions: list(action).parse(parsed(data.data.actions)),
    channel: own?.channel_id ?? null,
  });
}

/** A browser whose worker gives the payload to `showNotification()`. */
export function drawnByBrowser(payload: unknown): Drawn | null {
  const { data } = browser.safeParse(payload);
  return data ? drawn(data) : null;
}

function drawn(parts: Partial<Drawn>): Drawn | null {
  const whole = { image: null, icon: null, actions: [], channel: null, ...parts };
  const isPlain = !whole.image && !whole.icon && whole.actions.length === 0 && !whole.channel;
  return isPlain ? null : whole;
}

function parsed(json: string | null): unknown {
  try {
    return json === null ? [] : JSON.parse(json);
  } catch {
    return [];
  }
}
