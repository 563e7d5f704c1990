import { useEffect } from 'react'
import type { ReactElement } from 'react'

import { plural } from '../../lib/format'
import type { ConversationSummary } from '../../query/types'
import { LoadMore } from '../../ui/load-more'
import { useWindowRows } from '../../ui/window-rows'
import { ConversationRow } from './conversation-row'
import styles from './conversations.module.css'
import { useRowKeys } from './use-row-keys'

interface Props {
    projectId: string
    conversations: readonly ConversationSummary[]
    hasMore: boolean
    loadingMore: boolean
    /** Why there is no next page although there is more. */
    moreError: Error | null
    onMore: () => void
}

const ROW_HEIGHT = 104

function rowElement(list: HTMLElement | null, index: number): HTMLElement | null {
    return list?.querySelector<HTMLElement>(`[data-index="${index}"] [data-row]`) ?? null
}

function focusedIndex(list: HTMLElement | null): number {
    const row = document.activeElement?.closest('[data-index]')
    return row && list?.contains(row) ? Number(row.getAttribute('data-index')) : -1
}

function Foot({ conversations, hasMore, loadingMore, moreError, onMore }: Omit<Props, 'projectId'>): ReactElement {
    return (
        <div className={styles.foot}>
            <span>
                {plural(conversations.length, 'conversation')} {hasMore ? 'loaded' : ''}
            </span>
            {hasMore && <LoadMore loading={loadingMore} error={moreError} onMore={onMore} />}
            <span className={styles.keys}>
                <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>Enter</kbd> to open
            </span>
        </div>
    )
}

export function ConversationList({ projectId, ...pages }: Props): ReactElement {
    const { conversations, hasMore, loadingMore, moreError, onMore } = pages
    const { list, virtualizer, rowProps } = useWindowRows({
        count: conversations.length,
        keyOf: (index) => conversations[index]?.id ?? index,
        rowHeight: ROW_HEIGHT,
        overscan: 8,
    })
    const rows = virtualizer.getVirtualItems()
    const last = rows.at(-1)?.index ?? -1
    const nearEnd = last >= conversations.length - 5
    const wantsMore = nearEnd && hasMore && !loadingMore && !moreError
    useEffect(() => {
        if (wantsMore) {
            onMore()
        }
    }, [wantsMore, onMore])
    useRowKeys((step) => {
        const next = Math.max(0, Math.min(conversations.length - 1, focusedIndex(list.current) + step))
        virtualizer.scrollToIndex(next, { align: 'auto' })
        requestAnimationFrame(() => rowElement(list.current, next)?.focus())
    })
    return (
        <>
            <div ref={list} className={styles.list} style={{ height: virtualizer.getTotalSize() }} role="list">
                {rows.map((row) => {
                    const conversation = conversations[row.index]
                    return conversation ? (
                        <div key={row.key} {...rowProps(row)} className={styles.rowBox} role="listitem">
                            <ConversationRow projectId={projectId} conversation={conversation} />
                        </div>
                    ) : null
                })}
            </div>
            <Foot {...pages} />
        </>
    )
}
