import { expect, it } from 'vitest'
import { gallery, programNames, samples } from './samples.ts'

it('offers every program once', () => {
  const offered = samples.map(({ name }) => name)
  expect([...offered].sort()).toEqual([...programNames].sort())
})

it('says of each what it is and what to watch, as its first comment does', () => {
  for (const { name, line, about, watch } of samples) {
    expect(line, name).toMatch(/^[A-Z0-9].{10,170}[.]$/)
    expect(about, name).toMatch(/[.]$/)
    expect(watch, name).toMatch(/^[A-Z`].*[.]$/)
    expect(`${about} ${watch}`, name).not.toMatch(/[*\n]/)
  }
  expect(samples.find(({ name }) => name === 'udp-echo')).toMatchObject({
    port: 7,
    disk: false,
    line: 'An echo server on UDP port 7 in which nobody waits.',
  })
})

it('has groups of a size that can be looked over', () => {
  for (const { title, samples } of gallery) {
    expect(title).toMatch(/^[A-Z]/)
    expect(samples.length, title).toBeLessThan(16)
  }
})
