// @ts-check
import { make } from './make.js';

/** What a phone draws beside the words. Pictures are loaded as the phone would load them; one that cannot be is told by its URL. */
export function drawRichContent({ image, icon, actions, channel }) {
  const picture = (url, className) => {
    const element = make('img', {
      src: url,
      className,
      alt: '',
      title: url,
      loading: 'lazy',
      referrerPolicy: 'no-referrer',
    });
    element.addEventListener('error', () =>
      element.replaceWith(make('code', { className: 'lost-picture', textContent: `🖼 ${url}` })),
    );
    return element;
  };
  return [
    icon ? picture(icon, 'icon-picture') : null,
    image ? picture(image, 'picture') : null,
    actions.length > 0
      ? make(
          'p',
          { className: 'actions' },
          ...actions.map(({ key, title, url }) =>
            make('span', { className: 'action', textContent: title, title: url ? `${key}: ${url}` : key }),
          ),
        )
      : null,
    channel ? make('p', { className: 'channel', textContent: `Channel: ${channel}` }) : null,
  ];
}
