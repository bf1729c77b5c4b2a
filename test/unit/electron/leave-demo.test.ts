import { describe, expect, it } from 'vitest'
import { argumentsAfterDemo } from '../../../electron/lifecycle/leave-demo.ts'

describe('what starts after the demo', () => {
  it.each([
    [['--demo'], []],
    [
      ['.', '--demo', '--data-dir', '/tmp/demo', '--port', '8700'],
      ['.', '--port', '8700'],
    ],
    [['--data-dir=/tmp/demo', '--demo', '--hidden', '--no-open', '--port=8700'], ['--port=8700']],
    [['--demo', '--ozone-platform=wayland', '--data-dir'], ['--ozone-platform=wayland']],
  ])('%j → %j', (argv, next) => {
    expect(argumentsAfterDemo(argv, {})).toEqual(next)
  })

  it('is nothing where the environment would lead back to the same folder', () => {
    expect(argumentsAfterDemo(['--demo'], { MISSION_CONTROL_DATA_DIR: '/data' })).toBeNull()
    expect(argumentsAfterDemo(['--demo'], { MISSION_CONTROL_DATA_DIR: ' ' })).toEqual([])
  })
})
