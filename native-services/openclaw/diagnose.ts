/** Can OpenClaw run here? A short list of named checks, each with what to do when it fails. Looks only. */
import { constants, existsSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import path from 'node:path'
import { portAnswers } from '../platform/free-port.ts'
import { errorText } from '../platform/log.ts'
import { portOwner } from '../platform/process-identity.ts'
import { readGatewayToken, readModelProvider } from './configure.ts'
import { type FindOptions, findRuntime } from './find.ts'
import { gatewayHello } from './probe.ts'

export interface Check {
  readonly id: 'node' | 'openclaw' | 'config' | 'model' | 'port' | 'disk'
  readonly title: string
  readonly ok: boolean
  readonly detail: string
  /** What to do; null when all is well. */
  readonly remedy: string | null
}

export interface DiagnoseOptions {
  readonly find: FindOptions
  readonly configFile: string
  readonly dataDir: string
  readonly port: number
}

/** OpenClaw with its Node takes about 900 MB, and a gateway writes logs and sessions. */
const neededBytes = 1_500_000_000

export async function diagnose(options: DiagnoseOptions): Promise<Check[]> {
  const [found, configured, port, disk] = await Promise.all([
    findRuntime(options.find),
    Promise.resolve(checkConfig(options)),
    checkPort(options),
    checkDisk(options),
  ])
  const install = 'Use "Install OpenClaw".'
  return [
    {
      id: 'node',
      title: 'Node for OpenClaw',
      ok: found.node !== null,
      detail: found.node ? `Node ${found.node.version} at ${found.node.path}` : (found.problem ?? 'none found'),
      remedy: found.node ? null : install,
    },
    {
      id: 'openclaw',
      title: 'OpenClaw',
      ok: found.entry !== null,
      detail: found.entry ? `OpenClaw ${found.version ?? 'of unknown version'} at ${found.entry}` : (found.problem ?? 'none found'),
      remedy: found.entry ? null : install,
    },
    ...configured,
    port,
    disk,
  ]
}

function checkConfig({ configFile }: DiagnoseOptions): Check[] {
  try {
    const token = readGatewayToken(configFile)
    const { kind, model } = readModelProvider(configFile)
    return [
      { id: 'config', title: 'Configuration', ok: true, detail: token ? configFile : 'It is written at the first start.', remedy: null },
      {
        id: 'model',
        title: 'Model provider',
        ok: kind !== 'none',
        detail: kind === 'none' ? 'None is chosen: the gateway runs, its agents cannot think.' : `${kind}, ${model ?? 'no model'}`,
        remedy: kind === 'none' ? 'Choose a model provider.' : null,
      },
    ]
  } catch (error) {
    return [
      {
        id: 'config',
        title: 'Configuration',
        ok: false,
        detail: errorText(error),
        remedy: `Mend ${configFile}, or move it away to get a new one.`,
      },
    ]
  }
}

async function checkPort({ port, configFile }: DiagnoseOptions): Promise<Check> {
  const title = `Port ${port}`
  if (!(await portAnswers(port))) return { id: 'port', title, ok: true, detail: 'It is free.', remedy: null }
  const owner = await portOwner(port)
  const who = owner?.program ? `${owner.program} (process ${owner.pid ?? 'unknown'})` : 'another program'
  let token: string | null = null
  try {
    token = readGatewayToken(configFile)
  } catch {
    // The check of the configuration says so.
  }
  const ours = token !== null && (await gatewayHello({ port, token })).ok
  return {
    id: 'port',
    title,
    ok: ours,
    detail: ours ? `Our gateway: ${who}` : `Taken by ${who}.`,
    remedy: ours ? null : 'End that program, or use another port.',
  }
}

async function checkDisk({ dataDir }: DiagnoseOptions): Promise<Check> {
  const title = 'Disk'
  try {
    // Before the first start it is not there yet: the folder that it will be made in counts.
    let folder = dataDir
    while (!existsSync(folder)) folder = path.dirname(folder)
    await access(folder, constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    const free = bavail * bsize
    const enough = free >= neededBytes
    return {
      id: 'disk',
      title,
      ok: enough,
      detail: `${Math.round(free / 1_000_000)} MB free at ${dataDir}`,
      remedy: enough ? null : 'Make at least 1500 MB free.',
    }
  } catch (error) {
    return { id: 'disk', title, ok: false, detail: errorText(error), remedy: `Make ${dataDir} writable.` }
  }
}
