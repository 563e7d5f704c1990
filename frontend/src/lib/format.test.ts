import { describe, expect, it } from 'vitest'

import { formatSpan } from './format'

describe('how long something lasted', () => {
    it.each([
        ['00:00:00', '0 s'],
        ['00:00:40', '40 s'],
        ['00:00:59.700', '1 min'],
        ['00:12:10', '12 min'],
        ['00:59:45', '1 h'],
        ['02:59:45', '3 h'],
        ['03:05:00', '3 h 5 min'],
        ['23:59:45', '1 day'],
    ])('%s is %s', (end, text) => {
        expect(formatSpan('2026-11-20T00:00:00Z', `2026-11-20T${end}Z`)).toBe(text)
    })

    it('is told in days when it lasted longer than one', () => {
        expect(formatSpan('2026-11-20T00:00:00Z', '2026-11-22T01:00:00Z')).toBe('2 days')
    })

    it('is unknown without both ends', () => {
        expect(formatSpan('2026-11-20T00:00:00Z', 'soon')).toBe('')
    })
})
