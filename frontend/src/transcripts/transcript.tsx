/** The messages of one conversation. Long ones are drawn in part, as far as they are in sight. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { ReactElement, RefObject } from 'react'

import { formatNumber } from '../lib/format'
import type { Conversation } from '../query/types'
import { Icon } from '../ui/icons'
import { useWindowRows } from '../ui/window-rows'
import { heldIndex, roleTitle, targetIndex, transcriptItems } from './items'
import type { TranscriptItem } from './items'
import { MessageCard } from './message-card'
import styles from './transcript.module.css'
import { UntrustedText } from './untrusted-text'

/** From here on, items out of sight are not drawn. */
export const VIRTUAL_FROM = 150
/** Pixels between the window's edge and what is scrolled to; `scroll-margin` in the style sheet is the same. */
const SCROLL_MARGIN = 96

interface Props {
    projectId: string
    conversation: Conversation
    /** Event whose messages are outlined and scrolled to. */
    target?: string
}

function snippet(text: string): string {
    return text.slice(0, 160).replace(/\s+/g, ' ')
}

function Aside({ item }: { item: Extract<TranscriptItem, { type: 'aside' }> }): ReactElement {
    const [opened, setOpened] = useState(false)
    const characters = item.messages.reduce((sum, { content }) => sum + content.length, 0)
    return (
        <details
            className={styles.aside}
            onToggle={(event) => {
                setOpened(event.currentTarget.open)
            }}
        >
            <summary>
                <Icon name="right" size={14} />
                <span>{item.title}</span>
                <bdi className={styles.snippet}>{opened ? '' : snippet(item.messages[0]?.content ?? '')}</bdi>
                <span className={styles.time}>{formatNumber(characters)} characters</span>
            </summary>
            {opened &&
                item.messages.map((message, index) => (
                    <div key={index} className={styles.asideBody}>
                        {item.messages.length > 1 && <h3>{roleTitle(message.role)}</h3>}
                        <UntrustedText text={message.content} />
                    </div>
                ))}
        </details>
    )
}

function messageLink(eventUuid: string): string {
    const url = new URL(window.location.href)
    url.search = new URLSearchParams({ message: eventUuid }).toString()
    return url.href
}

function Item({ projectId, item }: { projectId: string; item: TranscriptItem }): ReactElement {
    switch (item.type) {
        case 'day':
            return <h2 className={styles.day}>{item.text}</h2>
        case 'aside':
            return <Aside item={item} />
        case 'message':
            return (
                <MessageCard
                    projectId={projectId}
                    message={item.message}
                    feedback={item.feedback}
                    matched={item.matched}
                    link={messageLink(item.message.event_uuid)}
                />
            )
    }
}

interface ListProps {
    projectId: string
    items: readonly TranscriptItem[]
}

/** Calls back with the message that matched, once, as soon as it is drawn. */
function useMatched(list: RefObject<HTMLElement | null>, onDrawn: (target: HTMLElement) => void): void {
    const found = useRef(false)
    useEffect(() => {
        const target = found.current ? null : list.current?.querySelector<HTMLElement>('[data-matched="true"]')
        if (target) {
            found.current = true
            onDrawn(target)
        }
    })
}

function PlainList({ projectId, items }: ListProps): ReactElement {
    const list = useRef<HTMLDivElement>(null)
    useMatched(list, (target) => {
        target.scrollIntoView({ block: 'start' })
        target.focus({ preventScroll: true })
    })
    return (
        <div ref={list} className={styles.list}>
            {items.map((item) => (
                <Item key={item.key} projectId={projectId} item={item} />
            ))}
        </div>
    )
}

function VirtualList({ projectId, items }: ListProps): ReactElement {
    const { list, virtualizer, rowProps } = useWindowRows({
        count: items.length,
        keyOf: (index) => items[index]?.key ?? index,
        rowHeight: 180,
        overscan: 6,
        scrollPaddingStart: SCROLL_MARGIN,
    })
    const known = useRef<readonly TranscriptItem[]>(null)
    useLayoutEffect(() => {
        const place = known.current ? heldIndex(items, known.current) : targetIndex(items)
        known.current = items
        if (place >= 0) {
            virtualizer.scrollToIndex(place, { align: 'start' })
        }
    }, [items, virtualizer])
    useMatched(list, (target) => {
        target.focus({ preventScroll: true })
    })
    return (
        <div ref={list} style={{ position: 'relative', height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map((row) => {
                const item = items[row.index]
                return item ? (
                    <div key={row.key} {...rowProps(row)} className={styles.virtualRow}>
                        <Item projectId={projectId} item={item} />
                    </div>
                ) : null
            })}
        </div>
    )
}

export function Transcript({ projectId, conversation, target }: Props): ReactElement {
    const { messages, feedback } = conversation
    const items = useMemo(() => transcriptItems({ messages, feedback, target }), [messages, feedback, target])
    const List = items.length > VIRTUAL_FROM ? VirtualList : PlainList
    return <List projectId={projectId} items={items} />
}
