import { describe, expect, it } from 'vitest'
import { answersQuestion, dnsQuestion } from './dnsLoad.ts'

describe('dnsQuestion', () => {
  it('asks for an address', () => {
    expect([...dnsQuestion('ab.c', 0x12345)]).toEqual([
      ...[0x23, 0x45, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0],
      ...[2, 97, 98, 1, 99, 0, 0, 1, 0, 1],
    ])
  })
})

describe('answersQuestion', () => {
  const question = dnsQuestion('a', 7)

  it('takes the response of the same number only', () => {
    const response = question.slice()
    expect(answersQuestion(question, response)).toBe(false)
    response[2] |= 0x80
    expect(answersQuestion(question, response)).toBe(true)
    response[1] = 8
    expect(answersQuestion(question, response)).toBe(false)
    expect(answersQuestion(question, new Uint8Array(3))).toBe(false)
  })
})
