import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { ApiError } from '../../lib/http'
import { formatDateTime, formatNumber, formatSpan, plural } from '../../lib/format'
import { nameFromProperties, personTitle } from '../../lib/person'
import { useConversation } from '../../query/conversations'
import type { Conversation } from '../../query/types'
import { feedbackByEvent } from '../../transcripts/items'
import { FeedbackNote } from '../../transcripts/message-card'
import { Transcript } from '../../transcripts/transcript'
import { Button } from '../../ui/controls'
import { Icon } from '../../ui/icons'
import { Card, Page } from '../../ui/layout'
import { LoadMore } from '../../ui/load-more'
import { EmptyState, ErrorState, LoadingRows } from '../../ui/states'
import { PersonCard } from './person-card'
import styles from './transcript.module.css'

const route = getRouteApi('/project/$projectId/conversations/$conversationId')

interface NeighbourProps {
    projectId: string
    id: string | null
    text: string
    icon: 'left' | 'right'
}

function Neighbour({ projectId, id, text, icon }: NeighbourProps): ReactElement {
    const side =
        icon === 'left'
            ? { leftSection: <Icon name={icon} size={16} /> }
            : { rightSection: <Icon name={icon} size={16} /> }
    if (id === null) {
        return (
            <Button variant="default" size="xs" disabled {...side}>
                {text}
            </Button>
        )
    }
    return (
        <Button
            variant="default"
            size="xs"
            {...side}
            renderRoot={(props) => (
                <Link
                    to="/project/$projectId/conversations/$conversationId"
                    params={{ projectId, conversationId: id }}
                    search={{}}
                    {...props}
                />
            )}
        >
            {text}
        </Button>
    )
}

interface SideProps {
    projectId: string
    conversation: Conversation
}

/** Feedback that names none of the shown events stands here, so that it is not lost. */
function UnplacedFeedback({ conversation }: Pick<SideProps, 'conversation'>): ReactElement | null {
    const events = new Set(conversation.messages.map((message) => message.event_uuid))
    const unplaced = [...feedbackByEvent(conversation.feedback)].filter(([event]) => !events.has(event))
    if (unplaced.length === 0) {
        return null
    }
    return (
        <Card title="Feedback">
            {unplaced.flatMap(([, items]) =>
                items.map((item) => <FeedbackNote key={item.event_uuid} feedback={item} />),
            )}
        </Card>
    )
}

function Side({ projectId, conversation }: SideProps): ReactElement {
    const { started_at, ended_at, message_count, feedback, previous, next } = conversation
    return (
        <aside className={styles.side} aria-label="About this conversation">
            <PersonCard projectId={projectId} person={conversation.person} />
            <Card label="Facts">
                <dl className={styles.facts}>
                    <dt>Started</dt>
                    <dd>{formatDateTime(started_at)}</dd>
                    <dt>Lasted</dt>
                    <dd>{formatSpan(started_at, ended_at) || 'unknown'}</dd>
                    <dt>Messages</dt>
                    <dd>{formatNumber(message_count)}</dd>
                    <dt>Feedback</dt>
                    <dd>{feedback.length ? formatNumber(feedback.length) : 'none'}</dd>
                </dl>
                <nav
                    className={`${styles.neighbours ?? ''} ${styles.divided ?? ''}`}
                    aria-label="Conversations of this person"
                >
                    <Neighbour projectId={projectId} id={previous} text="Earlier" icon="left" />
                    <Neighbour projectId={projectId} id={next} text="Later" icon="right" />
                </nav>
            </Card>
            <UnplacedFeedback conversation={conversation} />
        </aside>
    )
}

function Failed({ projectId, error, onRetry }: { projectId: string; error: Error; onRetry: () => void }): ReactElement {
    if (error instanceof ApiError && error.status === 404) {
        return (
            <Card label="Not found">
                <EmptyState
                    icon="search"
                    title="There is no such conversation"
                    actions={
                        <Link to="/project/$projectId/conversations" params={{ projectId }}>
                            All conversations
                        </Link>
                    }
                >
                    It may have been deleted, or it belongs to another project.
                </EmptyState>
            </Card>
        )
    }
    return (
        <Card label="Error">
            <ErrorState title="The conversation could not be loaded" error={error} onRetry={onRetry} />
        </Card>
    )
}

interface MessagesProps extends SideProps {
    query: ReturnType<typeof useConversation>
    target: string | undefined
}

/** The loaded messages, and buttons for those before and after them. */
function Messages({ projectId, conversation, query, target }: MessagesProps): ReactElement {
    const { id, messages, message_count } = conversation
    const loading = query.isFetchingPreviousPage || query.isFetchingNextPage
    return (
        <>
            {query.hasPreviousPage && (
                <div className={styles.more}>
                    <LoadMore
                        text="Load earlier messages"
                        loading={loading}
                        error={query.isFetchPreviousPageError ? query.error : null}
                        onMore={() => void query.fetchPreviousPage()}
                    />
                </div>
            )}
            <Transcript
                key={`${id} ${target ?? ''}`}
                projectId={projectId}
                conversation={conversation}
                target={target}
            />
            {query.hasNextPage && (
                <div className={styles.more}>
                    <LoadMore
                        text="Load more messages"
                        loading={loading}
                        error={query.isFetchNextPageError ? query.error : null}
                        onMore={() => void query.fetchNextPage()}
                    />
                </div>
            )}
            {messages.length < message_count && (
                <p className={styles.loaded} role="status">
                    {formatNumber(messages.length)} of {plural(message_count, 'message')} loaded
                </p>
            )}
        </>
    )
}

export default function TranscriptScene(): ReactElement {
    const { projectId, conversationId } = route.useParams()
    const { message } = route.useSearch()
    const query = useConversation(projectId, conversationId, message)
    if (query.isPending) {
        return (
            <Page title="Conversation">
                <div className={styles.layout}>
                    <LoadingRows label="Loading the conversation" rows={5} height={96} />
                </div>
            </Page>
        )
    }
    if (!query.data) {
        return (
            <Page title="Conversation">
                <Failed projectId={projectId} error={query.error} onRetry={() => void query.refetch()} />
            </Page>
        )
    }
    const { person, started_at, messages, message_count } = query.data
    const name = personTitle({ ...person, name: person.name || nameFromProperties(person.properties) })
    return (
        <Page
            title={`Conversation with ${name}`}
            heading={<bdi>{name}</bdi>}
            lead={`${formatDateTime(started_at)} · ${plural(message_count, 'message')}`}
        >
            <div className={styles.layout}>
                <section aria-label="Messages">
                    {messages.length === 0 ? (
                        <EmptyState title="This conversation has no messages">Its events carry no text.</EmptyState>
                    ) : (
                        <Messages projectId={projectId} conversation={query.data} query={query} target={message} />
                    )}
                </section>
                <Side projectId={projectId} conversation={query.data} />
            </div>
        </Page>
    )
}
