/** The order of reading: days, messages, and collapsed asides (system, tool, context) between them. */
import { formatDay } from '../lib/format'
import type { Feedback, Message } from '../query/types'

export type TranscriptItem =
    | { type: 'day'; key: string; text: string }
    | { type: 'message'; key: string; message: Message; feedback: Feedback[]; matched: boolean }
    | { type: 'aside'; key: string; title: string; messages: Message[] }

export function isAside(message: Message): boolean {
    return message.kind === 'context' || (message.role !== 'user' && message.role !== 'assistant')
}

const ROLE_TITLES: Record<string, string> = {
    system: 'System prompt',
    developer: 'Developer prompt',
    tool: 'Tool result',
}

export function roleTitle(role: string): string {
    return ROLE_TITLES[role] ?? (role ? role.charAt(0).toUpperCase() + role.slice(1) : 'Message')
}

function asideTitle(messages: Message[]): string {
    const [first] = messages
    if (first?.kind === 'context' && (first.role === 'user' || first.role === 'assistant' || messages.length > 1)) {
        return messages.length === 1
            ? 'Earlier message sent as context'
            : `${messages.length} earlier messages sent as context`
    }
    return roleTitle(first?.role ?? '')
}

function belongsTogether(a: Message, b: Message): boolean {
    return a.kind === 'context' && b.kind === 'context'
}

export function feedbackByEvent(feedback: readonly Feedback[]): Map<string, Feedback[]> {
    const found = new Map<string, Feedback[]>()
    for (const item of feedback) {
        const key = item.target_event_uuid ?? item.event_uuid
        found.set(key, [...(found.get(key) ?? []), item])
    }
    return found
}

interface Input {
    messages: readonly Message[]
    feedback: readonly Feedback[]
    target: string | undefined
}

type Aside = Extract<TranscriptItem, { type: 'aside' }>

/** Context messages in a row become one aside; anything else starts a new one. */
function addAside(items: TranscriptItem[], key: string, message: Message): void {
    const previous = items.at(-1)
    const open: Aside | null = previous?.type === 'aside' ? previous : null
    const last = open?.messages.at(-1)
    if (open && last && belongsTogether(last, message)) {
        open.messages.push(message)
        open.title = asideTitle(open.messages)
    } else {
        items.push({ type: 'aside', key, title: asideTitle([message]), messages: [message] })
    }
}

/** Id of the last shown message of each event: feedback on the event stands under it. */
function lastMessages(messages: readonly Message[]): Map<string, Message> {
    return new Map(messages.filter((message) => !isAside(message)).map((message) => [message.event_uuid, message]))
}

/** Feedback has no message of its own: wanted is what it judges. */
function judgedEvent(feedback: readonly Feedback[], target: string | undefined): string | undefined {
    return feedback.find(({ event_uuid }) => event_uuid === target)?.target_event_uuid ?? target
}

export function transcriptItems({ messages, feedback, target }: Input): TranscriptItem[] {
    const judgements = feedbackByEvent(feedback)
    const lastOf = lastMessages(messages)
    const wanted = judgedEvent(feedback, target)
    const items: TranscriptItem[] = []
    let day = ''
    for (const message of messages) {
        const key = `${message.event_uuid}-${message.position}-${message.id}`
        const text = formatDay(message.timestamp)
        if (text !== day) {
            day = text
            items.push({ type: 'day', key: `day-${key}`, text })
        }
        if (isAside(message)) {
            addAside(items, key, message)
            continue
        }
        const isLast = lastOf.get(message.event_uuid) === message
        items.push({
            type: 'message',
            key,
            message,
            feedback: isLast ? (judgements.get(message.event_uuid) ?? []) : [],
            matched: message.event_uuid === wanted,
        })
    }
    return items
}

/** Index of the first message of the wanted event, or -1. */
export function targetIndex(items: readonly TranscriptItem[]): number {
    return items.findIndex((item) => item.type === 'message' && item.matched)
}

/**
 * Where the item is that stood first before others came in front of it, or -1 when none did. Headings of days do not count: they
 * move up to the earlier messages of their day.
 */
export function heldIndex(items: readonly TranscriptItem[], before: readonly TranscriptItem[]): number {
    const first = before.findIndex(({ type }) => type !== 'day')
    const place = items.findIndex(({ key }) => key === before[first]?.key)
    return place > first ? place : -1
}
