/** Where the model comes from. The key goes to OpenClaw and never comes back. */
import { Button, PasswordInput, Radio, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { BodyInputOf } from '../../../../native-services/contract/operations.ts'
import { setModelProvider } from '../../lib/actions.ts'
import { useLive } from '../../lib/store.ts'
import { strings } from './strings.ts'

const words = strings.provider
type Kind = keyof typeof words.kinds
const models: Record<Kind, string> = { demo: '', openai: 'gpt-5.2', anthropic: 'claude-sonnet-4-5', 'openai-compatible': '' }

export function ProviderForm({ onSaved }: { onSaved?: () => void }) {
  const provider = useLive((state) => state.modelProvider)
  const [kind, setKind] = useState<Kind>(provider && provider.kind !== 'none' ? provider.kind : 'demo')
  const [key, setKey] = useState('')
  const [model, setModel] = useState(provider?.kind === kind ? (provider.model ?? '') : models[kind])
  const [baseUrl, setBaseUrl] = useState(provider?.base_url ?? '')
  const [busy, setBusy] = useState(false)
  const keyed = kind === 'openai' || kind === 'anthropic'
  const complete = kind === 'demo' || (model.trim() !== '' && (keyed ? key.length >= 8 : baseUrl.trim() !== ''))

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!complete || busy) return
    const body: BodyInputOf<'setModelProvider'> =
      kind === 'demo'
        ? { kind }
        : kind === 'openai-compatible'
          ? { kind, base_url: baseUrl.trim(), api_key: key, model: model.trim() }
          : { kind, api_key: key, model: model.trim() }
    setBusy(true)
    const saved = await setModelProvider(body)
    setBusy(false)
    if (!saved) return
    setKey('')
    onSaved?.()
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap={12}>
        <Radio.Group
          aria-label={words.title}
          value={kind}
          onChange={(value) => {
            const next = value as Kind
            setKind(next)
            setModel(provider?.kind === next ? (provider.model ?? '') : models[next])
          }}
        >
          <div className="row row-wrap" style={{ gap: 16 }}>
            {(Object.keys(words.kinds) as Kind[]).map((each) => (
              <Radio key={each} value={each} label={words.kinds[each]} />
            ))}
          </div>
        </Radio.Group>
        {kind === 'demo' ? (
          <p className="muted">{words.demoHint}</p>
        ) : (
          <>
            {kind === 'openai-compatible' ? (
              <TextInput
                label={words.baseUrl}
                placeholder="https://models.example.com/v1"
                type="url"
                value={baseUrl}
                onChange={(event) => setBaseUrl(event.currentTarget.value)}
              />
            ) : null}
            <PasswordInput
              label={words.key}
              description={provider?.kind === kind && provider.key_hint ? words.keyKept(provider.key_hint) : words.keyHint}
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
              autoComplete="off"
            />
            <TextInput label={words.model} value={model} onChange={(event) => setModel(event.currentTarget.value)} />
          </>
        )}
        <div>
          <Button type="submit" loading={busy} disabled={!complete}>
            {words.save}
          </Button>
        </div>
      </Stack>
    </form>
  )
}
