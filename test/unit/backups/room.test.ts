import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { needRoom } from '../../../native-services/api/backup-copy.ts'

it('a disk without room is said before anything is written', async () => {
  await expect(needRoom(tmpdir(), Number.MAX_SAFE_INTEGER / 2)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/The disk has \d+ MB left; this needs \d+ MB/) as string,
  })
  await expect(needRoom(tmpdir(), 1)).resolves.toBeUndefined()
})
