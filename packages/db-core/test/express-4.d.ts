/** Express 4 has no types of its own; to `initApp` its app looks like one of Express 5. */
declare module 'express-4' {
  export { default } from 'express';
}
