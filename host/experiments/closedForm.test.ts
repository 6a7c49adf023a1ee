import { expect, test } from 'vitest'
import { asyncThroughput, blockingThroughput } from './closedForm.ts'

// The article's own figures: CPU time 1/40,000 s per worker, wait four times that, overhead a third of it.
const cpu = 100_000 / 4
const article = { harts: 4, workers: 4, cpu: cpu * 4, wait: cpu * 16 }
const perSecond = (perCycle: number) => Math.round(perCycle * 1e9)

test('the article: 40,000 without downstream, 8,000 blocking, 30,000 with continuations', () => {
  expect(perSecond(blockingThroughput({ ...article, wait: 0 }))).toBe(40_000)
  expect(perSecond(blockingThroughput(article))).toBe(8_000)
  expect(perSecond(asyncThroughput(article, article.cpu / 3))).toBe(30_000)
})

test('enough blocked threads reach the ceiling of the harts, never more', () => {
  expect(perSecond(blockingThroughput({ ...article, workers: 20 }))).toBe(40_000)
  expect(perSecond(blockingThroughput({ ...article, workers: 1000 }))).toBe(40_000)
})
