import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ReactElement } from 'react'

import { bucketTitle, describePoint, isEmpty, prepare } from '../../charts/prepare'
import { TrendChart } from '../../charts/trend-chart'
import { TrendTable } from '../../charts/trend-table'
import { useTrends } from '../../query/insights'
import { readTrendsQuery } from '../../query/trends-query'
import type { InsightPoint, TrendsAnswer, TrendsQuery } from '../../query/types'
import { Button } from '../../ui/controls'
import { Card, Page } from '../../ui/layout'
import { EmptyState, ErrorState, LoadingRows } from '../../ui/states'
import { DrillDown } from './drill-down'
import { ChartToolbar, QueryEditor } from './editor'
import styles from './insight.module.css'

const route = getRouteApi('/project/$projectId/insights/new')

const DEFAULT_QUERY = readTrendsQuery({})

interface AnswerProps {
    projectId: string
    query: TrendsQuery
    answer: TrendsAnswer
    stale: boolean
    point: InsightPoint | null
    onPoint: (point: InsightPoint | null) => void
    onWiden: () => void
}

function Answer({ projectId, query, answer, stale, point, onPoint, onWiden }: AnswerProps): ReactElement {
    const data = useMemo(
        () => prepare(answer.results, query, { timezone: answer.timezone }),
        // eslint-disable-next-line react-hooks/exhaustive-deps -- an answer belongs to the query that was current when it came
        [answer],
    )
    if (isEmpty(data)) {
        return (
            <EmptyState
                icon="trend"
                title="Nothing in this range"
                actions={
                    <Button variant="default" onClick={onWiden}>
                        Look at all time
                    </Button>
                }
            >
                No event matches the series and filters. Take off a filter, or look at a longer range.
            </EmptyState>
        )
    }
    const described = point && describePoint(data, point)
    return (
        <div className={stale ? styles.stale : undefined} aria-busy={stale}>
            <div className={styles.chart}>
                <TrendChart data={data} display={query.trendsFilter.display} onPoint={onPoint} />
            </div>
            <div className={styles.tableBox}>
                <TrendTable data={data} selected={point} onPoint={onPoint} />
            </div>
            {point && (
                <DrillDown
                    projectId={projectId}
                    query={query}
                    point={point}
                    name={described?.name ?? 'Point'}
                    title={described?.title ?? bucketTitle(point.day, query.interval)}
                    value={described?.value ?? null}
                    onClose={() => {
                        onPoint(null)
                    }}
                />
            )}
        </div>
    )
}

export default function InsightScene(): ReactElement {
    const { projectId } = route.useParams()
    const { q: query = DEFAULT_QUERY, point = null } = route.useSearch()
    const navigate = route.useNavigate()
    const trends = useTrends(projectId, query)
    const change = (part: Partial<TrendsQuery>): void => {
        void navigate({ search: { q: { ...query, ...part } }, replace: true })
    }
    const setPoint = (next: InsightPoint | null): void => {
        void navigate({ search: { q: query, ...(next ? { point: next } : {}) }, resetScroll: false })
    }
    return (
        <Page
            title="Trends"
            lead="Count events over time. Click a point, or a number in the table, to read what is behind it."
            wide
        >
            <div className={styles.layout}>
                <Card label="Query">
                    <QueryEditor projectId={projectId} query={query} onChange={change} />
                </Card>
                <Card flush label="Result">
                    <ChartToolbar query={query} onChange={change} />
                    {trends.isPending && <LoadingRows label="Counting" rows={1} height={340} />}
                    {!trends.isPending && trends.error && (
                        <ErrorState
                            title="The trend could not be counted"
                            error={trends.error}
                            onRetry={() => void trends.refetch()}
                        />
                    )}
                    {!trends.error && trends.data && (
                        <Answer
                            projectId={projectId}
                            query={query}
                            answer={trends.data}
                            stale={trends.isPlaceholderData}
                            point={point}
                            onPoint={setPoint}
                            onWiden={() => {
                                change({ dateRange: { date_from: 'all', date_to: null }, interval: 'month' })
                            }}
                        />
                    )}
                </Card>
            </div>
        </Page>
    )
}
