/**
 * Loaded before a child's own entry (`--import`): when whoever supervises it is gone, however it went, the channel
 * between them closes, and the child shuts down as if told to. One that does not manage is ended the hard way.
 */
process.channel?.unref();
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 15_000).unref();
});
