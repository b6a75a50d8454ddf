/** Fills `{name}` from data, each value as one part of a URL, whatever it holds; null where a value is missing. */
function fill(template: string, data: Readonly<Record<string, string>>): string | null {
  let isWhole = true;
  const filled = template.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    // A part of only dots would climb out of its folder.
    if (!value || /^\.+$/.test(value)) isWhole = false;
    return encodeURIComponent(value ?? '');
  });
  return isWhole ? filled : null;
}

/**
 * Where a type's button leads (`notification_types.email_url`): an http(s) URL, or a path below the application's.
 * Null where the template or its values make none.
 */
export function actionUrl(
  template: string | null,
  data: Readonly<Record<string, string>>,
  appUrl: string,
): string | null {
  const filled = template === null ? null : fill(template, data);
  if (!filled) return null;
  const whole = /^https?:\/\//.test(filled) ? filled : `${appUrl}/${filled.replace(/^\/+/, '')}`;
  return URL.canParse(whole) ? new URL(whole).href : null;
}
