import { describe, expect, it } from 'vitest'

import { labelTrend, readPoint, readTrendsQuery, toRequest } from './trends-query'

describe('a trends query from an address', () => {
    it('has sensible defaults for an empty one', () => {
        expect(readTrendsQuery({})).toEqual({
            kind: 'TrendsQuery',
            series: [{ kind: 'EventsNode', event: null, math: 'total' }],
            interval: 'day',
            dateRange: { date_from: '-30d', date_to: null },
            properties: [],
            breakdownFilter: null,
            trendsFilter: { display: 'ActionsLineGraph' },
        })
    })

    it.each([null, 17, 'text', [], { series: 'no list' }, { series: [null, 3] }, { interval: 'fortnight' }])(
        'survives %j',
        (broken) => {
            const query = readTrendsQuery(broken)
            expect(query.series).toHaveLength(1)
            expect(query.interval).toBe('day')
        },
    )

    it('reads back what it was made of', () => {
        const query = readTrendsQuery({
            series: [
                {
                    event: '$ai_generation',
                    math: 'dau',
                    properties: [{ key: 'plan', type: 'person', value: ['team'] }],
                },
            ],
            interval: 'week',
            dateRange: { date_from: '2026-10-01', date_to: '2026-10-31' },
            properties: [{ key: 'user_emotion', type: 'event', operator: 'exact', value: ['anger'] }],
            breakdownFilter: { breakdown: 'user_topic', breakdown_type: 'event' },
            trendsFilter: { display: 'ActionsBar' },
        })
        expect(readTrendsQuery(JSON.parse(JSON.stringify(query)))).toEqual(query)
        expect(query.series[0]?.properties?.[0]?.operator).toBe('exact')
    })

    it('takes the query out of a wrapper node', () => {
        const wrapped = { kind: 'InsightVizNode', source: { kind: 'TrendsQuery', interval: 'month' } }
        expect(readTrendsQuery(wrapped).interval).toBe('month')
    })

    it('takes the leaves of filter groups', () => {
        const group = {
            type: 'AND',
            values: [
                { type: 'AND', values: [{ key: 'plan', value: 'pro' }] },
                { key: 'seats', operator: 'gt', value: 3 },
            ],
        }
        expect(readTrendsQuery({ properties: group }).properties.map(({ key }) => key)).toEqual(['plan', 'seats'])
    })

    it('keeps a filter by a boolean', () => {
        const query = readTrendsQuery({ properties: [{ key: 'paid', type: 'event', value: true }] })
        expect(query.properties[0]?.value).toBe('true')
    })

    it('takes at most eight series', () => {
        const series = Array.from({ length: 30 }, () => ({ event: 'llm-task' }))
        expect(readTrendsQuery({ series }).series).toHaveLength(8)
    })
})

describe('what is sent to the server', () => {
    it('leaves out filters that have no value yet', () => {
        const query = readTrendsQuery({
            properties: [
                { key: 'plan', value: [] },
                { key: 'plan', value: '' },
                { key: 'plan', operator: 'is_set' },
            ],
        })
        expect(toRequest(query)['properties']).toEqual([
            { type: 'event', key: 'plan', operator: 'is_set', value: null },
        ])
    })

    it('names no breakdown where there is none', () => {
        expect(toRequest(readTrendsQuery({}))).not.toHaveProperty('breakdownFilter')
    })
})

describe('a point in an address', () => {
    it('keeps day, series and breakdown', () => {
        expect(readPoint({ day: '2026-11-01', series: 1, breakdown: 'anger' })).toEqual({
            day: '2026-11-01',
            series: 1,
            breakdown: 'anger',
        })
    })

    it.each([null, {}, { series: 1 }, 'x', { day: 5 }])('is nothing for %j', (broken) => {
        expect(readPoint(broken)).toBeNull()
    })
})

describe('the trend of a label', () => {
    it('asks for one value of a word label', () => {
        expect(labelTrend('user_emotion', 'anger').properties).toEqual([
            { type: 'event', key: 'user_emotion', operator: 'exact', value: ['anger'] },
        ])
    })

    it.each(['user_toxic', 'user_prompt_attack', 'user_violent_threat', 'agent_label_refund'])(
        'asks whether a flag is 1, for some clients send 0: %s',
        (name) => {
            expect(labelTrend(name, null).properties).toEqual([
                { type: 'event', key: name, operator: 'exact', value: ['1'] },
            ])
        },
    )

    it('asks whether a threat has any text', () => {
        expect(labelTrend('user_threat_PiiMarker', null).properties).toEqual([
            { type: 'event', key: 'user_threat_PiiMarker', operator: 'is_set', value: null },
        ])
    })
})
