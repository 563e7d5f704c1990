/** Operators offered for property filters, in words. */
import { describeLabel, words } from '../lib/labels'
import { needsValue } from '../query/trends-query'
import type { PropertyFilter } from '../query/types'

export const OPERATORS: readonly { value: string; label: string }[] = [
    { value: 'exact', label: 'is' },
    { value: 'is_not', label: 'is not' },
    { value: 'icontains', label: 'contains' },
    { value: 'not_icontains', label: 'does not contain' },
    { value: 'regex', label: 'matches' },
    { value: 'gt', label: 'greater than' },
    { value: 'lt', label: 'less than' },
    { value: 'is_set', label: 'is set' },
    { value: 'is_not_set', label: 'is not set' },
]

/** "User emotion is anger", "plan contains pro" */
export function describeFilter({ type, key, operator, value }: PropertyFilter): string {
    const name = OPERATORS.find((item) => item.value === operator)?.label ?? operator
    const shown = Array.isArray(value) ? value.map(words).join(' or ') : String(value ?? '')
    const label = describeLabel(key)
    const property = label.speaker ? label.title : key
    const subject = `${type === 'person' ? 'person ' : ''}${property}`
    return needsValue(operator) ? `${subject} ${name} ${shown || '…'}` : `${subject} ${name}`
}
