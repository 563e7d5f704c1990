/**
 * What the API answers. Shapes come from its OpenAPI document; what that leaves open (values of labels, scopes) and the
 * query kinds, which have no schema there, are written here.
 */
import type { components } from '../generated/api'
import type { LabelEntry } from '../lib/labels'

type Schemas = components['schemas']

export interface Preflight {
    initialized: boolean
    version: string
    demo: boolean
    signed_in: boolean
}

export type Me = Schemas['MeOutput']
export type Project = Schemas['Project']
export type Member = Schemas['MemberOutput']
export type PersonalKey = Omit<Schemas['PersonalKey'], 'scopes'> & { scopes: string[] }

export type PersonRef = Schemas['Person']
export type Feedback = Schemas['Feedback']
export type ConversationSummary = Omit<Schemas['Summary'], 'labels'> & { labels: Record<string, LabelEntry['value'][]> }
export type ConversationPage = Omit<Schemas['ConversationPage'], 'results'> & { results: ConversationSummary[] }
export type Message = Omit<Schemas['Message'], 'labels'> & { labels: Record<string, LabelEntry> }
export type Conversation = Omit<Schemas['Conversation'], 'messages'> & { messages: Message[] }

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
    /** Its days tell apart the two hours of the night in which the clock is set back, which share a text in `days`. */
    action: { order: number; name?: string | null; days?: string[] } | null
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

export interface Page<T> {
    results: T[]
    next?: string | null
    count?: number
}
