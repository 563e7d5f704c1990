/** Operators offered for property filters, in words. */
import { describeLabel, words } from '../lib/labels'
import type { PropertyFilter } from '../query/types'

export const OPERATORS: readonly { value: string; label: string; needsValue: boolean }[] = [
    { value: 'exact', label: 'is', needsValue: true },
    { value: 'is_not', label: 'is not', needsValue: true },
    { value: 'icontains', label: 'contains', needsValue: true },
    { value: 'not_icontains', label: 'does not contain', needsValue: true },
    { value: 'regex', label: 'matches', needsValue: true },
    { value: 'gt', label: 'greater than', needsValue: true },
    { value: 'lt', label: 'less than', needsValue: true },
    { value: 'is_set', label: 'is set', needsValue: false },
    { value: 'is_not_set', label: 'is not set', needsValue: false },
]

export function needsValue(operator: string): boolean {
    return OPERATORS.find(({ value }) => value === operator)?.needsValue ?? true
}

/** "User emotion is anger", "plan contains pro" */
export function describeFilter({ type, key, operator, value }: PropertyFilter): string {
    const name = OPERATORS.find((item) => item.value === operator)?.label ?? operator
    const shown = Array.isArray(value) ? value.map(words).join(' or ') : String(value ?? '')
    const label = describeLabel(key)
    const property = label.speaker ? label.title : key
    const subject = `${type === 'person' ? 'person ' : ''}${property}`
    return needsValue(operator) ? `${subject} ${name} ${shown || '…'}` : `${subject} ${name}`
}
