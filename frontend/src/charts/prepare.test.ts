import { describe, expect, it } from 'vitest'

import { readTrendsQuery } from '../query/trends-query'
import type { TrendsResult } from '../query/types'
import { colorOf, symbolOf } from './palette'
import {
    axisLabel,
    breakdownName,
    bucketTitle,
    describePoint,
    isEmpty,
    nearestSeries,
    NO_VALUE,
    OTHER_VALUES,
    pointAt,
    prepare,
    summarize,
    unfinishedBucket,
} from './prepare'

const DAYS = ['2026-11-21', '2026-11-22', '2026-11-23']

function result(data: number[], extra: Partial<TrendsResult> = {}): TrendsResult {
    return {
        data,
        days: DAYS,
        count: data.reduce((sum, value) => sum + value, 0),
        label: '$ai_generation',
        action: { order: 0 },
        ...extra,
    }
}

const byEmotion = readTrendsQuery({ breakdownFilter: { breakdown: 'user_emotion', breakdown_type: 'event' } })

describe('looks of lines', () => {
    const values = [...Array.from({ length: 24 }, (_, n) => `value ${n}`), NO_VALUE, OTHER_VALUES]
    const looks = prepare(
        values.map((breakdown_value) => result([1, 1, 1], { breakdown_value })),
        byEmotion,
    ).series.map(({ look }) => `${colorOf(look, 'light')} ${symbolOf(look)}`)

    it('are told apart, missing and remaining values from all others', () => {
        expect(new Set(looks).size).toBe(looks.length)
    })

    it('are those of missing values wherever they stand', () => {
        const first = prepare([result([1, 1, 1], { breakdown_value: NO_VALUE })], byEmotion).series[0]
        expect(`${colorOf(first!.look, 'light')} ${symbolOf(first!.look)}`).toBe(looks.at(-2))
    })
})

describe('names of lines', () => {
    it('are the event of a single series', () => {
        const query = readTrendsQuery({ series: [{ event: 'signed up', math: 'dau' }] })
        expect(prepare([result([1, 2, 3])], query).series[0]?.name).toBe('signed up (people)')
    })

    it('carry letters when there are several series', () => {
        const query = readTrendsQuery({ series: [{ event: 'signed up' }, { event: null }] })
        const data = prepare([result([1, 0, 0]), result([0, 1, 0], { action: { order: 1 } })], query)
        expect(data.series.map(({ name }) => name)).toEqual(['A. signed up', 'B. All events'])
    })

    it('are the values of a breakdown, with words for labels', () => {
        const query = readTrendsQuery({ breakdownFilter: { breakdown: 'user_flow' } })
        const data = prepare([result([1, 1, 1], { breakdown_value: 'asks_source' })], query)
        expect(data.series[0]?.name).toBe('asks source')
    })

    it('keep underscores of values that are not labels', () => {
        const query = readTrendsQuery({ breakdownFilter: { breakdown: 'plan_name' } })
        expect(prepare([result([1, 1, 1], { breakdown_value: 'team_2026' })], query).series[0]?.name).toBe('team_2026')
    })

    it('name missing and remaining values', () => {
        expect(breakdownName(NO_VALUE)).toBe('(none)')
        expect(breakdownName(OTHER_VALUES)).toBe('Other')
        expect(breakdownName(['Chrome', 'Mac'])).toBe('Chrome · Mac')
    })
})

describe('buckets', () => {
    it('are written as the project counts them, never shifted by the zone of the browser', () => {
        expect(axisLabel('2026-11-01', 'day')).toBe('1 Nov')
        expect(axisLabel('2026-11-01 13:00:00', 'hour')).toBe('13:00')
        expect(axisLabel('2026-11-01 00:00:00', 'hour')).toBe('1 Nov')
        expect(bucketTitle('2026-11-01', 'week')).toBe('Week of 1 Nov 2026')
        expect(bucketTitle('2026-11-01', 'month')).toBe('Nov 2026')
    })

    it('know which one is not over, in the zone of the project', () => {
        const now = new Date('2026-11-23T22:30:00Z')
        expect(unfinishedBucket(DAYS, 'day', now, 'UTC')).toBe(2)
        expect(unfinishedBucket(DAYS, 'day', now, 'Asia/Tokyo')).toBeNull()
        expect(unfinishedBucket(['2026-11-15', '2026-11-22'], 'week', now, 'UTC')).toBe(1)
        expect(unfinishedBucket(['2026-10-01'], 'month', now, 'UTC')).toBeNull()
        expect(unfinishedBucket([], 'day', now, 'UTC')).toBeNull()
    })

    it('survive a zone that this browser does not know', () => {
        expect(unfinishedBucket(DAYS, 'day', new Date('2026-11-23T22:30:00Z'), 'Mars/Olympus')).toBe(2)
    })
})

describe('points', () => {
    const data = prepare(
        [result([3, 4, 0], { breakdown_value: 'anger' }), result([1, 9, 2], { breakdown_value: 'joy' })],
        byEmotion,
    )

    it('carry what the server needs to find what is behind them', () => {
        expect(pointAt(data, 1, 1)).toEqual({ day: '2026-11-22', series: 0, breakdown: 'joy' })
        expect(pointAt(data, 7, 1)).toBeNull()
        expect(pointAt(data, 0, 9)).toBeNull()
    })

    it('are described by name, bucket and value', () => {
        expect(describePoint(data, { day: '2026-11-22', series: 0, breakdown: 'joy' })).toEqual({
            name: 'joy',
            title: '22 Nov 2026',
            value: 9,
        })
        expect(describePoint(data, { day: '2026-01-01', series: 0, breakdown: 'joy' })).toBeNull()
        expect(describePoint(data, { day: '2026-11-22', series: 0 })).toBeNull()
    })

    it('are found by the nearest line', () => {
        expect(nearestSeries(data, 1, 8, false)).toBe(1)
        expect(nearestSeries(data, 1, 3.6, false)).toBe(0)
    })

    it('are found inside stacked bars', () => {
        expect(nearestSeries(data, 1, 2, true)).toBe(0)
        expect(nearestSeries(data, 1, 12, true)).toBe(1)
        expect(nearestSeries(data, 1, 40, true)).toBe(1)
        expect(nearestSeries(data, 2, 1, true)).toBe(1)
    })
})

describe('the two hours of the night in which the clock is set back', () => {
    const days = ['2026-10-25 01:00:00', '2026-10-25 02:00:00', '2026-10-25 02:00:00', '2026-10-25 03:00:00']
    const moments = ['01:00:00+02:00', '02:00:00+02:00', '02:00:00+01:00', '03:00:00+01:00'].map(
        (time) => `2026-10-25T${time}`,
    )
    const hours = result([1, 2, 3, 4], { days, action: { order: 0, days: moments } })
    const data = prepare([hours], readTrendsQuery({ interval: 'hour' }))

    it('are two points', () => {
        expect(pointAt(data, 0, 1)?.day).toBe('2026-10-25T02:00:00+02:00')
        expect(pointAt(data, 0, 2)?.day).toBe('2026-10-25T02:00:00+01:00')
        expect(new Set(data.ids).size).toBe(4)
    })

    it('are described each by its own number, under the name that both have', () => {
        const described = [1, 2].map((bucket) => describePoint(data, pointAt(data, 0, bucket)!))
        expect(described.map((point) => point?.value)).toEqual([2, 3])
        expect(described.map((point) => point?.title)).toEqual(['25 Oct 2026, 02:00', '25 Oct 2026, 02:00'])
    })

    it('do not hinder an address that names an hour by its text', () => {
        expect(describePoint(data, { day: '2026-10-25 03:00:00', series: 0 })?.value).toBe(4)
    })

    it('leave days as they are', () => {
        const daily = result([1, 2, 3], { action: { order: 0, days: DAYS.map((day) => `${day}T00:00:00+01:00`) } })
        expect(pointAt(prepare([daily], readTrendsQuery({})), 0, 1)?.day).toBe('2026-11-22')
    })
})

describe('a summary in words', () => {
    it('gives range and totals', () => {
        const text = summarize(prepare([result([3, 4, 0], { breakdown_value: 'anger' })], byEmotion))
        expect(text).toContain('1 line from 21 Nov 2026 to 23 Nov 2026')
        expect(text).toContain('anger: 7')
    })

    it('says when there is nothing', () => {
        const data = prepare([], byEmotion)
        expect(summarize(data)).toBe('The chart has no data.')
        expect(isEmpty(data)).toBe(true)
    })
})
