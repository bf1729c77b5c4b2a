/**
 * Zod without code made at run time: the page's policy forbids it, and zod would try once, when the first schema is defined.
 * `vite.config.ts` puts this module in the place of `zod`, so that it comes before every schema, however the build is split.
 */
import { config } from 'zod/v4'

config({ jitless: true })

export * from 'zod/v4'
