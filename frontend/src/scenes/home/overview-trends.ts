import { labelTrend, readTrendsQuery } from '../../query/trends-query'
import type { TrendsQuery } from '../../query/types'

/** The trends of the home page; each opens as an ordinary insight. */
export const OVERVIEW_TRENDS: readonly { title: string; query: TrendsQuery }[] = [
    {
        title: 'What users feel',
        query: readTrendsQuery({
            properties: [
                { type: 'event', key: 'user_emotion', operator: 'is_set' },
                { type: 'event', key: 'user_emotion', operator: 'is_not', value: ['neutral'] },
            ],
            breakdownFilter: { breakdown: 'user_emotion', breakdown_type: 'event' },
            trendsFilter: { display: 'ActionsBar' },
        }),
    },
    {
        title: 'Toxic messages of users',
        query: labelTrend('user_toxic', null),
    },
    {
        title: 'Active people',
        query: readTrendsQuery({ series: [{ kind: 'EventsNode', event: null, math: 'dau' }] }),
    },
]
