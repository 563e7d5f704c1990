import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ReactElement } from 'react'

import { isEmpty, prepare } from '../../charts/prepare'
import { TrendChart } from '../../charts/trend-chart'
import { formatAgo } from '../../lib/format'
import { personTitle } from '../../lib/person'
import { previewText } from '../../lib/preview'
import { useConversations } from '../../query/conversations'
import { useTrends } from '../../query/insights'
import type { ConversationSummary, TrendsQuery } from '../../query/types'
import { Card } from '../../ui/layout'
import { Avatar } from '../../ui/person'
import { EmptyState, ErrorState, LoadingRows } from '../../ui/states'
import { OVERVIEW_TRENDS } from './overview-trends'
import styles from './home.module.css'

function MiniTrend({
    projectId,
    title,
    query,
}: {
    projectId: string
    title: string
    query: TrendsQuery
}): ReactElement {
    const navigate = useNavigate()
    const trends = useTrends(projectId, query)
    const data = useMemo(
        () => trends.data && prepare(trends.data.results, query, { timezone: trends.data.timezone }),
        [trends.data, query],
    )
    return (
        <Card
            title={title}
            actions={
                <Link to="/project/$projectId/insights/new" params={{ projectId }} search={{ q: query }}>
                    Open
                </Link>
            }
        >
            {trends.isPending && <LoadingRows label={`Loading ${title}`} rows={1} height={190} />}
            {trends.error && !data && (
                <ErrorState title="Could not be counted" error={trends.error} onRetry={() => void trends.refetch()} />
            )}
            {data && isEmpty(data) && <EmptyState icon="trend" title="Nothing in the last 30 days" />}
            {data && !isEmpty(data) && (
                <TrendChart
                    compact
                    data={data}
                    display={query.trendsFilter.display}
                    height={190}
                    onPoint={(point) =>
                        void navigate({
                            to: '/project/$projectId/insights/new',
                            params: { projectId },
                            search: { q: query, point },
                        })
                    }
                />
            )}
        </Card>
    )
}

function RecentItem({
    projectId,
    conversation,
}: {
    projectId: string
    conversation: ConversationSummary
}): ReactElement {
    const { id, person, preview, ended_at } = conversation
    return (
        <li>
            <Link
                to="/project/$projectId/conversations/$conversationId"
                params={{ projectId, conversationId: id }}
                className={styles.row}
            >
                <Avatar title={personTitle(person)} />
                <span style={{ minWidth: 0 }}>
                    <bdi className={`${styles.text ?? ''} ${styles.name ?? ''}`}>{personTitle(person)}</bdi>
                    <bdi className={styles.text}>{previewText(preview.user) || previewText(preview.assistant)}</bdi>
                </span>
                <time className={styles.meta} dateTime={ended_at}>
                    {formatAgo(ended_at)}
                </time>
            </Link>
        </li>
    )
}

function Recent({ projectId }: { projectId: string }): ReactElement {
    const query = useConversations(projectId, {}, { limit: 8, refetchInterval: 15_000 })
    const conversations = query.data?.pages[0]?.results ?? []
    return (
        <Card
            title="Recent conversations"
            flush
            actions={
                <Link to="/project/$projectId/conversations" params={{ projectId }}>
                    All
                </Link>
            }
        >
            {query.isPending && <LoadingRows inset label="Loading recent conversations" rows={5} />}
            {query.error && !query.data && (
                <ErrorState
                    title="The conversations could not be loaded"
                    error={query.error}
                    onRetry={() => void query.refetch()}
                />
            )}
            {query.data && conversations.length === 0 && (
                <EmptyState title="No conversations yet">
                    Events arrive, but none of them is an LLM event with an input or output.
                </EmptyState>
            )}
            <ul className={styles.rows}>
                {conversations.map((conversation) => (
                    <RecentItem key={conversation.id} projectId={projectId} conversation={conversation} />
                ))}
            </ul>
        </Card>
    )
}

export function Overview({ projectId }: { projectId: string }): ReactElement {
    return (
        <div className={styles.columns}>
            <div className={styles.charts}>
                {OVERVIEW_TRENDS.map(({ title, query }) => (
                    <MiniTrend key={title} projectId={projectId} title={title} query={query} />
                ))}
            </div>
            <Recent projectId={projectId} />
        </div>
    )
}
