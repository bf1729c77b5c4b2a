import { defaultSettings, settings as settingsSchema, type Settings } from '../contract/entities.ts'
import type { RepositoryContext } from './store.ts'

export function settingsRepository({ db, clock, touch }: RepositoryContext) {
  const all = db.prepare('SELECT key, value_json FROM settings')
  const one = db.prepare('SELECT value_json FROM settings WHERE key = ?')
  const upsert = db.prepare(
    'INSERT INTO settings (key, value_json, updated_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value_json = excluded.value_json, updated_at = excluded.updated_at',
  )

  return {
    /** Every setting; what was never set, or is no longer valid, has its default. */
    get(): Settings {
      const stored = new Map(
        (all.all() as { key: string; value_json: string }[]).map((row) => [row.key, JSON.parse(row.value_json) as unknown]),
      )
      const entries = Object.entries(settingsSchema.shape).map(([key, schema]) => {
        const parsed = schema.safeParse(stored.get(key))
        return [key, parsed.success ? parsed.data : defaultSettings[key as keyof Settings]]
      })
      return Object.fromEntries(entries) as Settings
    },
    update(patch: { [Key in keyof Settings]?: Settings[Key] | undefined }): void {
      for (const [key, value] of Object.entries(patch)) if (value !== undefined) upsert.run(key, JSON.stringify(value), clock.now())
      touch('settings', 'settings')
    },

    /** A value of the program's own, which is no setting and is shown to nobody. */
    readPrivate(key: string): unknown {
      const row = one.get(key) as { value_json: string } | undefined
      return row === undefined ? undefined : (JSON.parse(row.value_json) as unknown)
    },
    writePrivate(key: string, value: unknown): void {
      upsert.run(key, JSON.stringify(value), clock.now())
    },
  }
}
