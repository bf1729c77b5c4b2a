/** Shown when the session is missing; also where one-time links land. */
import { Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { exchangeCode } from '../lib/api.ts'
import { navigate } from '../lib/hash-location.ts'
import { CopyButton, Note } from '../ui/parts.tsx'
import { Mark } from './mark.tsx'
import { strings } from './strings.ts'

export function LoginPage({ code, onSignedIn }: { code: string | null; onSignedIn: () => void }) {
  const [failed, setFailed] = useState<string | null>(null)
  useEffect(() => {
    document.title = `Sign in · ${strings.product}`
  }, [])
  useEffect(() => {
    if (!code) return
    let live = true
    exchangeCode(code).then(
      () => {
        // The code is spent: it must not stay in the address or in the history.
        navigate('/', { replace: true })
        if (live) onSignedIn()
      },
      () => {
        navigate('/login', { replace: true })
        if (live) setFailed(strings.login.failed)
      },
    )
    return () => {
      live = false
    }
    // The code is exchanged once, whatever else renders.
    // oxlint-disable-next-line react/exhaustive-deps -- a code is exchanged once
  }, [code])

  return (
    <main className="login">
      <div className="card login-card">
        <div className="row" style={{ gap: 10 }}>
          <Mark />
          <h1>{strings.login.title}</h1>
        </div>
        {code && !failed ? (
          <div className="row muted" role="status">
            <Loader size={14} /> {strings.login.exchanging}
          </div>
        ) : (
          <>
            {failed ? <Note tone="warning">{failed}</Note> : <p className="muted">{strings.login.body}</p>}
            <p className="muted">{strings.login.how}</p>
            <div className="login-command">
              <code>{strings.login.command}</code>
              <CopyButton text={strings.login.command} label={strings.login.copy} />
            </div>
            <p className="faint">{strings.login.restart}</p>
          </>
        )}
      </div>
    </main>
  )
}
