// What the server writes above the worker.
declare const EDITION: unknown;
