import { describe, expect, it } from 'vitest'
import { defaultConfiguration } from '../../host/web/protocol.ts'
import { decodeShared, encodeShared } from './share.ts'

const shared = {
  sample: 'udp-echo',
  source: 'export async function main(): Task<void> {\n  // ünïcode\n}\n'.repeat(20),
  configuration: { ...defaultConfiguration, clients: 3, loss: '1%' },
  stateHash: '0123456789abcdef',
}

describe('share links', () => {
  it('bring back what was sent, smaller than it was, with URL characters only', async () => {
    const fragment = await encodeShared(shared)
    expect(fragment).toMatch(/^#v1=[A-Za-z0-9_-]+$/)
    expect(fragment.length).toBeLessThan(shared.source.length)
    expect(await decodeShared(fragment)).toEqual(shared)
  })

  it('still read a link of version 1', async () => {
    const fragment =
      '#v1=HY3BCsIwEER_pQx4y6EVRFjw7kd4ic22XUiTmt2gUvrvEo_zmDezQ_26RQZh4RgzHDTXMjYQ2bpPd-uGR4LDmNMkcy3eJCfQjjEKJ1PQ2aHwq7K2MDhs' +
      'uRjo6hA4-i8Il6pwePoU3hJsAWGYn1tjMauC0J_aL3P4ayarpBmEmsRaSVaxJikOBzVvfPfaZvp-mnD8AA'
    expect(await decodeShared(fragment)).toMatchObject({
      sample: 'hello',
      source: 'let x = 1\n',
      configuration: { clients: 2, seed: 7, timing: 'unit' },
      stateHash: '00ff',
    })
  })

  it('fill in what a link leaves out or gets wrong', async () => {
    const odd = { source: 'x', configuration: { clients: 'many', seed: 9 } }
    const decoded = await decodeShared(await encodeShared(odd as never))
    expect(decoded).toMatchObject({ sample: 'shared', source: 'x', stateHash: undefined })
    expect(decoded?.configuration).toEqual({ ...defaultConfiguration, seed: 9 })
  })

  it('ignore other fragments and refuse damaged ones', async () => {
    expect(await decodeShared('#top')).toBeNull()
    await expect(decodeShared('#v1=@@@')).rejects.toThrow('The link is damaged')
  })
})
