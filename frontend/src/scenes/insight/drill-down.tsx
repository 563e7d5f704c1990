/** People and conversations behind one point of the chart. */
import { Link } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'

import { formatDateTime, formatNumber, plural } from '../../lib/format'
import { nameFromProperties, personTitle } from '../../lib/person'
import { previewText as shorten } from '../../lib/preview'
import { useActors, useMatchedConversations } from '../../query/insights'
import type { Actor, InsightPoint, MatchedConversation, TrendsQuery } from '../../query/types'
import { Drawer, Tabs } from '../../ui/controls'
import { useFocusGivenBack } from '../../ui/dialog'
import { LoadMore } from '../../ui/load-more'
import { Avatar } from '../../ui/person'
import { EmptyState, ErrorState, LoadingRows } from '../../ui/states'
import styles from './insight.module.css'

interface PointProps {
    projectId: string
    query: TrendsQuery
    point: InsightPoint
}

export function matchText(preview: MatchedConversation['preview']): string {
    return shorten(typeof preview === 'string' ? preview : preview?.user || preview?.assistant)
}

function ConversationItem({ projectId, item }: { projectId: string; item: MatchedConversation }): ReactElement {
    const title = personTitle(item.person)
    const matches = item.matched_event_uuids.length
    return (
        <li>
            <Link
                to="/project/$projectId/conversations/$conversationId"
                params={{ projectId, conversationId: item.id }}
                search={{ message: item.matched_event_uuids[0] }}
                className={styles.item}
            >
                <Avatar title={title} />
                <span>
                    <bdi className={styles.itemName}>{title}</bdi>
                    <bdi className={styles.itemText}>{matchText(item.preview)}</bdi>
                    <span className={styles.itemMeta}>
                        {plural(item.message_count, 'message')} · {plural(matches, 'event')} matched
                    </span>
                </span>
                <time className={styles.itemMeta} dateTime={item.started_at}>
                    {formatDateTime(item.started_at)}
                </time>
            </Link>
        </li>
    )
}

function PersonItem({ projectId, actor }: { projectId: string; actor: Actor }): ReactElement {
    const distinctId = actor.distinct_ids[0] ?? actor.id
    const title = personTitle({ name: nameFromProperties(actor.properties), distinct_id: distinctId })
    return (
        <li>
            <Link
                to="/project/$projectId/conversations"
                params={{ projectId }}
                search={{ person: distinctId }}
                className={styles.item}
            >
                <Avatar title={title} />
                <span>
                    <bdi className={styles.itemName}>{title}</bdi>
                    <bdi className={styles.itemText}>{distinctId}</bdi>
                </span>
                <span className={styles.itemMeta}>
                    {actor.event_count === null ? '' : plural(actor.event_count, 'event')}
                </span>
            </Link>
        </li>
    )
}

interface ListProps {
    query: {
        isPending: boolean
        error: Error | null
        hasNextPage: boolean
        isFetchingNextPage: boolean
        isFetchNextPageError: boolean
        fetchNextPage: () => unknown
        refetch: () => unknown
    }
    what: string
    empty: string
    note?: ReactNode
    children: ReactNode[]
}

function Results({ query, what, empty, note, children }: ListProps): ReactElement {
    if (query.isPending) {
        return <LoadingRows label={`Loading ${what}`} rows={5} height={56} />
    }
    if (query.error && children.length === 0) {
        return (
            <ErrorState title={`The ${what} could not be loaded`} error={query.error} onRetry={() => query.refetch()} />
        )
    }
    return (
        <>
            {children.length === 0 ? <EmptyState title={empty} /> : <ul className={styles.items}>{children}</ul>}
            {query.hasNextPage && (
                <div className={styles.more}>
                    <LoadMore
                        loading={query.isFetchingNextPage}
                        error={query.isFetchNextPageError ? query.error : null}
                        onMore={() => query.fetchNextPage()}
                    />
                </div>
            )}
            {note}
        </>
    )
}

function Conversations({ projectId, query, point }: PointProps): ReactElement {
    const found = useMatchedConversations(projectId, query, point)
    const pages = found.data?.pages ?? []
    const outside = pages[0]?.events_without_conversation ?? 0
    const note = outside > 0 && (
        <p className={styles.note}>
            {plural(outside, 'more event')} behind this point {outside === 1 ? 'belongs' : 'belong'} to no conversation.
        </p>
    )
    return (
        <Results query={found} what="conversations" empty="No conversation behind this point" note={note}>
            {pages
                .flatMap((page) => page.results)
                .map((item) => (
                    <ConversationItem key={item.id} projectId={projectId} item={item} />
                ))}
        </Results>
    )
}

function People({ projectId, query, point }: PointProps): ReactElement {
    const found = useActors(projectId, query, point)
    return (
        <Results query={found} what="people" empty="No person behind this point">
            {(found.data?.pages ?? [])
                .flatMap((page) => page.results)
                .map((actor) => (
                    <PersonItem key={actor.id} projectId={projectId} actor={actor} />
                ))}
        </Results>
    )
}

interface Props extends PointProps {
    name: string
    title: string
    value: number | null
    people: boolean
    onPeople: (people: boolean) => void
    onClose: () => void
}

export function DrillDown(props: Props): ReactElement {
    const { projectId, query, point, name, title, value, people, onPeople, onClose } = props
    useFocusGivenBack()
    return (
        <Drawer
            opened
            onClose={onClose}
            position="right"
            size="lg"
            closeButtonProps={{ 'aria-label': 'Close' }}
            title={
                <span className={styles.drawerHead}>
                    {value !== null && <span className={styles.drawerValue}>{formatNumber(value)}</span>}
                    <span>
                        {name} · {title}
                    </span>
                </span>
            }
        >
            <Tabs
                value={people ? 'people' : 'conversations'}
                onChange={(tab) => {
                    onPeople(tab === 'people')
                }}
                keepMounted={false}
            >
                <Tabs.List>
                    <Tabs.Tab value="conversations">Conversations</Tabs.Tab>
                    <Tabs.Tab value="people">People</Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="conversations" pt="xs">
                    <Conversations projectId={projectId} query={query} point={point} />
                </Tabs.Panel>
                <Tabs.Panel value="people" pt="xs">
                    <People projectId={projectId} query={query} point={point} />
                </Tabs.Panel>
            </Tabs>
        </Drawer>
    )
}
