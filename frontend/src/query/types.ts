/** What the API answers, as far as the pages read it. */
import type { LabelEntry } from '../lib/labels'

export interface Preflight {
    initialized: boolean
    version: string
    demo: boolean
}

export interface ProjectRef {
    id: number
    name: string
    api_token: string
}

export interface Me {
    uuid: string
    email: string
    first_name: string
    organization: { id: string; name: string } | null
    team: (ProjectRef & { timezone: string }) | null
    projects: ProjectRef[]
}

export interface PersonRef {
    id: string | null
    distinct_id: string
    name: string | null
}

export interface ConversationSummary {
    id: string
    person: PersonRef
    started_at: string
    ended_at: string
    message_count: number
    preview: { user: string | null; assistant: string | null }
    labels: Record<string, (string | number | boolean)[]>
}

export interface ConversationPage {
    results: ConversationSummary[]
    next: string | null
}

export interface Message {
    id: string
    role: string
    content: string
    timestamp: string
    event_uuid: string
    event: string
    kind: 'owned' | 'context'
    labels: Record<string, LabelEntry>
    judged: boolean
    language: string | null
    position: number
}

export interface Feedback {
    event_uuid: string
    event?: string
    timestamp: string
    target_event_uuid?: string | null
    /** Of a metric. */
    name?: string | null
    text?: string | null
    value?: string | number | boolean | null
    properties?: Record<string, unknown>
}

export interface Conversation {
    id: string
    person: PersonRef & { properties: Record<string, unknown> }
    started_at: string
    ended_at: string
    previous: string | null
    next: string | null
    messages: Message[]
    feedback: Feedback[]
}

export type Interval = 'hour' | 'day' | 'week' | 'month'
export type Display = 'ActionsLineGraph' | 'ActionsBar' | 'ActionsAreaGraph'
export type SeriesMath = 'total' | 'dau'

export interface PropertyFilter {
    type: 'event' | 'person'
    key: string
    operator: string
    value?: string | number | string[] | null
}

export interface SeriesNode {
    kind: 'EventsNode'
    event: string | null
    math: SeriesMath
    properties?: PropertyFilter[]
}

export interface DateRange {
    date_from: string | null
    date_to: string | null
}

export interface TrendsQuery {
    kind: 'TrendsQuery'
    series: SeriesNode[]
    interval: Interval
    dateRange: DateRange
    properties: PropertyFilter[]
    breakdownFilter: { breakdown: string; breakdown_type: 'event' | 'person' } | null
    trendsFilter: { display: Display }
}

export type BreakdownValue = string | number | (string | number)[]

export interface TrendsResult {
    data: number[]
    days: string[]
    labels?: string[]
    count: number
    label: string
    action: { order: number; name?: string | null } | null
    breakdown_value?: BreakdownValue
}

export interface TrendsAnswer {
    results: TrendsResult[]
    timezone?: string
    hasMore?: boolean
}

/** One point of a chart: a bucket of one series (of one breakdown value). */
export interface InsightPoint {
    day: string
    series: number
    breakdown?: BreakdownValue
}

export interface MatchedConversation {
    id: string
    person: PersonRef
    started_at: string
    ended_at: string
    matched_event_uuids: string[]
    message_count: number
    preview: { user: string | null; assistant: string | null } | string | null
}

export interface MatchedConversations {
    results: MatchedConversation[]
    count: number
    hasMore: boolean
    events_without_conversation: number
}

export interface Actor {
    id: string
    distinct_ids: string[]
    properties: Record<string, unknown>
    event_count: number | null
}

export interface Actors {
    results: Actor[]
    hasMore: boolean
}

export interface Named {
    name: string
}

export interface PropertyDefinition {
    name: string
    property_type: string | null
}

export interface Project extends ProjectRef {
    uuid: string
    timezone: string
    anonymize_ips?: boolean
    ingested_event?: boolean
}

export interface Member {
    id: number
    email: string
    first_name: string
    level: number
    joined_at: string
}

export interface PersonalKey {
    id: string
    label: string
    scopes: string[]
    created_at: string
    last_used_at: string | null
    value?: string | null
}

export interface Page<T> {
    results: T[]
    next?: string | null
    count?: number
}
