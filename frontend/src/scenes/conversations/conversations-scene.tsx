import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import type { ReactElement } from 'react'

import { useConversations } from '../../query/conversations'
import { Button } from '../../ui/controls'
import { Card, Page } from '../../ui/layout'
import { EmptyState, ErrorState, LoadingRows } from '../../ui/states'
import { ConversationList } from './conversation-list'
import styles from './conversations.module.css'
import { FilterBar } from './filter-bar'
import { hasFilters, toFilters } from './search'
import type { ConversationSearch } from './search'

const route = getRouteApi('/project/$projectId/conversations')

interface NothingProps {
    projectId: string
    filtered: boolean
    onClear: () => void
}

function NothingHere({ projectId, filtered, onClear }: NothingProps): ReactElement {
    return filtered ? (
        <EmptyState
            icon="search"
            title="No conversation matches"
            actions={
                <Button variant="default" onClick={onClear}>
                    Clear all filters
                </Button>
            }
        >
            Try fewer words, another label, or a longer date range.
        </EmptyState>
    ) : (
        <EmptyState
            title="No conversations yet"
            actions={
                <Button renderRoot={(props) => <Link to="/project/$projectId" params={{ projectId }} {...props} />}>
                    See how to send events
                </Button>
            }
        >
            Conversations show here within seconds after your application sends its first LLM event.
        </EmptyState>
    )
}

interface ResultsProps {
    projectId: string
    search: ConversationSearch
    onClear: () => void
}

function Results({ projectId, search, onClear }: ResultsProps): ReactElement {
    const query = useConversations(projectId, toFilters(search))
    const { fetchNextPage, data } = query
    const onMore = useCallback(() => {
        void fetchNextPage()
    }, [fetchNextPage])
    if (query.isPending) {
        return <LoadingRows inset label="Loading conversations" rows={7} height={64} />
    }
    if (!data) {
        return (
            <ErrorState
                title="The conversations could not be loaded"
                error={query.error}
                onRetry={() => void query.refetch()}
            />
        )
    }
    const conversations = data.pages.flatMap((page) => page.results)
    if (conversations.length === 0) {
        return <NothingHere projectId={projectId} filtered={hasFilters(search)} onClear={onClear} />
    }
    return (
        <div className={query.isPlaceholderData ? styles.stale : undefined} aria-busy={query.isPlaceholderData}>
            <ConversationList
                projectId={projectId}
                conversations={conversations}
                hasMore={query.hasNextPage}
                loadingMore={query.isFetchingNextPage}
                moreError={query.isFetchNextPageError ? query.error : null}
                onMore={onMore}
            />
        </div>
    )
}

/** A text that grows while it is typed is one step of the history; any other change is a step of its own. */
function isTyping(before: ConversationSearch, change: Partial<ConversationSearch>): boolean {
    return Boolean((before.search && change.search) || (before.person && change.person))
}

export default function ConversationsScene(): ReactElement {
    const { projectId } = route.useParams()
    const search = route.useSearch()
    const navigate = route.useNavigate()
    const [clearings, setClearings] = useState(0)
    const clear = (): void => {
        setClearings(clearings + 1)
        void navigate({ search: {} })
    }
    return (
        <Page title="Conversations" lead="What people said and what they got, newest first.">
            <FilterBar
                // What is typed and has not become a filter yet is cleared too.
                key={clearings}
                projectId={projectId}
                search={search}
                onChange={(change) =>
                    void navigate({ search: (old) => ({ ...old, ...change }), replace: isTyping(search, change) })
                }
                onClear={clear}
            />
            <Card flush label="Conversations">
                <Results projectId={projectId} search={search} onClear={clear} />
            </Card>
        </Page>
    )
}
