/** Tokens for scripts. */
import { Button, Select, TextInput } from '@mantine/core'
import { Plus } from 'lucide-react'
import { type FormEvent, useEffect, useMemo, useState } from 'react'
import { apiScopes, apiScopeWords, type ApiScope, type ApiToken } from '../../../../native-services/contract/api-tokens.ts'
import { remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useLive } from '../../lib/store.ts'
import { useNow } from '../../lib/time.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { CopyButton, LoadError, Note } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { Group } from './parts.tsx'
import { strings } from './strings.ts'

const words = strings.tokens
const lifetimes = ['30', '90', '365', ''] as const

function stateOf(token: ApiToken, now: number): 'good' | 'revoked' | 'expired' {
  if (token.revoked_at !== null) return 'revoked'
  return token.expires_at !== null && Date.parse(token.expires_at) <= now ? 'expired' : 'good'
}

function NewToken({ onDone }: { onDone: (secret: string | null) => void }) {
  const [name, setName] = useState('')
  const [scope, setScope] = useState<ApiScope>('read')
  const [days, setDays] = useState<string>('90')
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const made = await attempt(
      () => api.call('createApiToken', { body: { name, scope, expires_in_days: days === '' ? null : Number(days) } }),
      { failed: words.notMade },
    )
    setBusy(false)
    if (!made) return
    const { token, ...row } = made
    remember('api_token', row)
    onDone(token)
  }
  return (
    <form className="setting-form" onSubmit={(event) => void submit(event)}>
      <TextInput
        label={words.name}
        placeholder={words.namePlaceholder}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={80}
        required
        autoFocus
      />
      <Select
        label={words.scope}
        description={apiScopeWords[scope].sentence}
        inputWrapperOrder={['label', 'input', 'description']}
        data={apiScopes.map((value) => ({ value, label: apiScopeWords[value].label }))}
        value={scope}
        onChange={(value) => setScope((value ?? 'read') as ApiScope)}
        allowDeselect={false}
      />
      <Select
        label={words.lifetime}
        data={lifetimes.map((value) => ({ value, label: words.days(value) }))}
        value={days}
        onChange={(value) => setDays(value ?? '')}
        allowDeselect={false}
      />
      <div className="row setting-actions">
        <Button variant="default" onClick={() => onDone(null)}>
          {strings.cancel}
        </Button>
        <Button type="submit" loading={busy} disabled={name.trim() === ''}>
          {words.make}
        </Button>
      </div>
    </form>
  )
}

export function TokensSection() {
  const map = useLive((state) => state.maps.api_token)
  const connection = useLive((state) => state.connection)
  const now = useNow('ten-seconds')
  const [adding, setAdding] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const tokens = useMemo(() => Object.values(map).toSorted((a, b) => b.id.localeCompare(a.id)), [map])
  useEffect(() => {
    if (connection !== 'live') return
    api.call('listApiTokens').then(
      ({ items }) => {
        setError(null)
        useLive.setState((state) => ({ maps: mergeEntities(state.maps, 'api_token', items) }))
      },
      (reason: unknown) => setError(explain(reason)),
    )
  }, [connection, round])
  const revoke = async (token: ApiToken) => {
    const row = await attempt(() => api.call('revokeApiToken', { params: { api_token_id: token.id } }), { failed: words.notRevoked })
    if (row) remember('api_token', row)
  }
  return (
    <Group title={strings.sections.tokens}>
      <div className="card-body stack" style={{ gap: 12 }}>
        <p className="muted">{words.lead}</p>
        {error ? <LoadError message={error} retry={() => setRound((value) => value + 1)} /> : null}
        {secret === null ? null : (
          <Note tone="warning">
            {words.once}
            <span className="row setting-secret">
              <code className="grow">{secret}</code>
              <CopyButton text={secret} label={words.copy} />
              <Button variant="default" size="compact-xs" onClick={() => setSecret(null)}>
                {words.kept}
              </Button>
            </span>
          </Note>
        )}
        {tokens.length === 0 && !adding ? <p className="faint">{words.none}</p> : null}
        {tokens.length > 0 ? (
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th>{words.name}</th>
                  <th>{words.scope}</th>
                  <th>{words.lastUsed}</th>
                  <th>{words.expires}</th>
                  <th>
                    <span className="visually-hidden">{words.revoke}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {tokens.map((token) => {
                  const state = stateOf(token, now)
                  return (
                    <tr key={token.id} className={state === 'good' ? '' : 'setting-gone'} data-row tabIndex={-1}>
                      <td>
                        {token.name} <code className="faint">{token.hint}</code>
                      </td>
                      <td>{apiScopeWords[token.scope].label}</td>
                      <td>
                        <RelativeTime at={token.last_used_at} none={words.never} />
                      </td>
                      <td>
                        {state === 'revoked' ? (
                          words.revoked
                        ) : state === 'expired' ? (
                          words.expired
                        ) : (
                          <RelativeTime at={token.expires_at} none={words.unlimited} />
                        )}
                      </td>
                      <td className="setting-end">
                        {state === 'good' ? (
                          <Button
                            variant="subtle"
                            size="compact-xs"
                            color="red"
                            aria-label={`${words.revoke}: ${token.name}`}
                            onClick={() =>
                              askOnce({
                                title: words.revokeTitle(token.name),
                                body: words.revokeBody,
                                confirmLabel: words.revoke,
                                onConfirm: () => void revoke(token),
                              })
                            }
                          >
                            {words.revoke}
                          </Button>
                        ) : null}
                      </td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </div>
        ) : null}
        {adding ? (
          <NewToken
            onDone={(made) => {
              setAdding(false)
              if (made !== null) setSecret(made)
            }}
          />
        ) : (
          <div className="row">
            <Button variant="default" leftSection={<Plus size={13} aria-hidden />} onClick={() => setAdding(true)}>
              {words.add}
            </Button>
          </div>
        )}
      </div>
    </Group>
  )
}
