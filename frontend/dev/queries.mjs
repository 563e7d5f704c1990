/** Just enough of the query API for the pages: trends with filters and one breakdown, and what lies behind a point. */
import { conversations, events, people } from './data.mjs'

const DAY = 86_400_000

function startOf(time, interval) {
    const date = new Date(time)
    date.setUTCMinutes(0, 0, 0)
    if (interval !== 'hour') {
        date.setUTCHours(0)
    }
    if (interval === 'week') {
        date.setUTCDate(date.getUTCDate() - date.getUTCDay())
    }
    if (interval === 'month') {
        date.setUTCDate(1)
    }
    return date.getTime()
}

function nextBucket(time, interval) {
    const date = new Date(time)
    if (interval === 'month') {
        date.setUTCMonth(date.getUTCMonth() + 1)
        return date.getTime()
    }
    return time + { hour: DAY / 24, day: DAY, week: 7 * DAY }[interval]
}

function fromOf(text, interval) {
    const match = /^-(\d+)([hdwm])$/.exec(text ?? '-7d')
    if (match) {
        const unit = { h: DAY / 24, d: DAY, w: 7 * DAY, m: 30 * DAY }[match[2]]
        return startOf(Date.now() - Number(match[1]) * unit, interval)
    }
    if (text === 'dStart') {
        return startOf(Date.now(), 'day')
    }
    return startOf(text === 'all' ? Math.min(...events.map(({ time }) => time)) : Date.parse(text), interval)
}

function buckets({ dateRange, interval }) {
    const end = dateRange?.date_to ? Date.parse(dateRange.date_to) + DAY - 1 : Date.now()
    const found = []
    for (let time = fromOf(dateRange?.date_from, interval); time <= end; time = nextBucket(time, interval)) {
        found.push(time)
    }
    return found
}

function dayText(time, interval) {
    const iso = new Date(time).toISOString()
    return interval === 'hour' ? `${iso.slice(0, 10)} ${iso.slice(11, 19)}` : iso.slice(0, 10)
}

function valueOf(event, key, type) {
    return type === 'person' ? event.person.properties[key] : event.labels[key]?.value
}

function matches(event, { key, type, operator, value }) {
    const actual = valueOf(event, key, type)
    const wanted = (Array.isArray(value) ? value : [value]).map(String)
    switch (operator) {
        case 'is_set':
            return actual !== undefined
        case 'is_not_set':
            return actual === undefined
        case 'is_not':
            return !wanted.includes(String(actual))
        case 'icontains':
            return String(actual ?? '')
                .toLowerCase()
                .includes(wanted[0].toLowerCase())
        default:
            return actual !== undefined && wanted.includes(String(actual))
    }
}

function seriesEvents(query, node) {
    const filters = [...(query.properties ?? []), ...(node.properties ?? [])]
    return events.filter(
        (event) => (!node.event || node.event === event.event) && filters.every((filter) => matches(event, filter)),
    )
}

function counted(found, node) {
    return node.math === 'dau' ? new Set(found.map(({ person }) => person.id)).size : found.length
}

const NONE = '$$_posthog_breakdown_null_$$'

function breakdownOf(query) {
    const { breakdown, breakdown_type: type } = query.breakdownFilter ?? {}
    return breakdown ? (event) => String(valueOf(event, breakdown, type) ?? NONE) : null
}

function line(query, node, order, found, breakdown) {
    const times = buckets(query)
    const data = times.map((time) => {
        const end = nextBucket(time, query.interval)
        return counted(
            found.filter((event) => event.time >= time && event.time < end),
            node,
        )
    })
    return {
        data,
        days: times.map((time) => dayText(time, query.interval)),
        count: data.reduce((sum, value) => sum + value, 0),
        label: node.event ?? 'All events',
        action: { id: node.event, type: 'events', order, name: node.event, math: node.math },
        ...(breakdown === undefined ? {} : { breakdown_value: breakdown }),
    }
}

function trends(query) {
    const results = query.series.flatMap((node, order) => {
        const found = seriesEvents(query, node)
        const by = breakdownOf(query)
        if (!by) {
            return [line(query, node, order, found)]
        }
        const values = [...new Set(found.map(by))]
        return values
            .map((value) =>
                line(
                    query,
                    node,
                    order,
                    found.filter((event) => by(event) === value),
                    value,
                ),
            )
            .filter(({ count }) => count > 0)
            .sort((a, b) => b.count - a.count)
            .slice(0, 25)
    })
    return { results, timezone: 'UTC' }
}

function behind({ source, day, series, breakdown }) {
    const start = Date.parse(day.includes(' ') ? `${day.replace(' ', 'T')}Z` : `${day}T00:00:00Z`)
    const end = nextBucket(start, source.interval)
    const by = breakdownOf(source)
    return seriesEvents(source, source.series[series]).filter(
        (event) =>
            event.time >= start &&
            event.time < end &&
            (!by || breakdown === undefined || by(event) === String(breakdown)),
    )
}

export function summary(conversation) {
    const { id, person, started, ended, messages } = conversation
    const labels = {}
    for (const message of messages) {
        for (const [name, { value }] of Object.entries(message.labels)) {
            labels[name] = [...new Set([...(labels[name] ?? []), value])]
        }
    }
    const own = messages.filter(({ kind }) => kind === 'owned')
    return {
        id,
        person: { id: person.id, distinct_id: person.distinct_id, name: person.name },
        started_at: new Date(started).toISOString(),
        ended_at: new Date(ended).toISOString(),
        message_count: own.length,
        preview: {
            user: own.find(({ role }) => role === 'user')?.content.slice(0, 200) ?? null,
            assistant: own.find(({ role }) => role === 'assistant')?.content.slice(0, 200) ?? null,
        },
        labels,
    }
}

function paged(all, { limit = 100, offset = 0 }) {
    return { results: all.slice(offset, offset + limit), hasMore: all.length > offset + limit }
}

function matchedConversations(query) {
    const found = behind(query.source)
    const all = conversations.flatMap((conversation) => {
        const matched = found.filter((event) => event.conversation === conversation.id)
        return matched.length
            ? [{ ...summary(conversation), matched_event_uuids: matched.map((event) => event.uuid) }]
            : []
    })
    return { ...paged(all, query), count: all.length, events_without_conversation: found.length > 12 ? 2 : 0 }
}

function actors(query) {
    const found = behind(query.source)
    const rows = people.flatMap((person) => {
        const count = found.filter((event) => event.person === person).length
        return count
            ? [[{ id: person.id, distinct_ids: [person.distinct_id], properties: person.properties }, count]]
            : []
    })
    return { ...paged(rows, query), columns: ['person', 'event_count'] }
}

export function runQuery(query, { empty }) {
    switch (query.kind) {
        case 'TrendsQuery':
            return trends(query)
        case 'ConversationsQuery':
            return matchedConversations(query)
        case 'ActorsQuery':
            return actors(query)
        case 'EventsQuery':
            return {
                results: empty
                    ? []
                    : events.slice(0, 1).map((event) => [event.event, new Date(event.time).toISOString()]),
                columns: query.select,
            }
        default:
            return null
    }
}
