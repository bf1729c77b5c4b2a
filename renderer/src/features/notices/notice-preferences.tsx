/** What the operator is told of, and where. */
import './notices.css'
import { Switch } from '@mantine/core'
import { noticeKinds } from '../../../../native-services/contract/notice-kinds.ts'
import { changeSettings } from '../../lib/actions.ts'
import { useLive } from '../../lib/store.ts'
import { strings } from './strings.ts'

const places = ['centre', 'desktop'] as const

export function NoticePreferences() {
  const chosen = useLive((state) => state.settings?.notices)
  if (!chosen) return null
  const words = strings.preferences
  return (
    <section aria-label={words.title}>
      <h2 className="section-title setting-title">{words.title}</h2>
      <div className="card">
        <table className="notice-preferences">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{words.title}</span>
              </th>
              {places.map((place) => (
                <th key={place} scope="col">
                  {words[place]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {noticeKinds.map((kind) => (
              <tr key={kind}>
                <th scope="row">
                  {strings.kinds[kind].plural}
                  <div className="faint setting-hint">{strings.kinds[kind].hint}</div>
                </th>
                {places.map((place) => (
                  <td key={place}>
                    <Switch
                      aria-label={words.where(strings.kinds[kind].plural, words[place])}
                      checked={chosen[kind][place]}
                      onChange={(event) =>
                        void changeSettings({ notices: { ...chosen, [kind]: { ...chosen[kind], [place]: event.currentTarget.checked } } })
                      }
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
