export * from './bell.ts';
export { InboxElement } from './inbox.ts';
