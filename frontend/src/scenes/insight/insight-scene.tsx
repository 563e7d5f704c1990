import { getRouteApi, useRouter } from '@tanstack/react-router'
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

declare module '@tanstack/react-router' {
    interface HistoryState {
        /** The page before is this chart without the point. */
        openedHere?: true
    }
}

interface AnswerProps {
    projectId: string
    query: TrendsQuery
    answer: TrendsAnswer
    stale: boolean
    point: InsightPoint | null
    people: boolean
    onPoint: (point: InsightPoint | null) => void
    onPeople: (people: boolean) => void
    onWiden: () => void
}

function Answer(props: AnswerProps): ReactElement {
    const { projectId, query, answer, stale, point, people, onPoint, onPeople, onWiden } = props
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
                    people={people}
                    onPeople={onPeople}
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
    const { q: query = DEFAULT_QUERY, point = null, tab } = route.useSearch()
    const navigate = route.useNavigate()
    const router = useRouter()
    const trends = useTrends(projectId, query)
    const change = (part: Partial<TrendsQuery>): void => {
        void navigate({ search: { q: { ...query, ...part } }, resetScroll: false })
    }
    const setPoint = (next: InsightPoint | null): void => {
        if (next) {
            void navigate({ search: { q: query, point: next }, state: { openedHere: true }, resetScroll: false })
        } else if (router.history.location.state.openedHere) {
            router.history.back()
        } else {
            void navigate({ search: { q: query }, replace: true, resetScroll: false })
        }
    }
    const setPeople = (people: boolean): void => {
        void navigate({
            search: (old) => ({ ...old, tab: people ? 'people' : undefined }),
            state: true,
            replace: true,
            resetScroll: false,
        })
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
                    {trends.isPending && <LoadingRows inset label="Counting" rows={1} height={340} />}
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
                            people={tab === 'people'}
                            onPoint={setPoint}
                            onPeople={setPeople}
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
