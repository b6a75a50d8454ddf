import { takeSandboxSettings } from '../start/sandbox.ts';

/** Loaded before a container's own entry (`--import`). Does nothing without SANDBOX_SETTINGS_FILE. */
const file = process.env.SANDBOX_SETTINGS_FILE;
if (file) await takeSandboxSettings(process.env, file);
