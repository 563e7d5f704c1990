import { useState } from 'react'
import type { ReactElement } from 'react'

import { Button, Popover, TextInput } from '../ui/controls'
import { Icon } from '../ui/icons'
import { isValidRange, PRESETS, rangeLabel } from './date-range'
import type { Range } from './date-range'
import styles from './filters.module.css'

interface Props {
    value: Range
    /** Offered where leaving the range open makes sense. */
    withAnyTime?: boolean
    onChange: (range: Range) => void
}

function CustomRange({ value, onChange }: Pick<Props, 'value' | 'onChange'>): ReactElement {
    const day = (text: string | null): string =>
        /^\d{4}-\d{2}-\d{2}/.test(text ?? '') ? (text ?? '').slice(0, 10) : ''
    const [from, setFrom] = useState(day(value.from))
    const [to, setTo] = useState(day(value.to))
    const valid = isValidRange(from, to)
    return (
        <form
            className={styles.custom}
            onSubmit={(event) => {
                event.preventDefault()
                onChange({ from, to: to || null })
            }}
        >
            <TextInput
                type="date"
                size="xs"
                label="From"
                value={from}
                onChange={(event) => {
                    setFrom(event.currentTarget.value)
                }}
            />
            <TextInput
                type="date"
                size="xs"
                label="To (empty: now)"
                value={to}
                error={from && to && !valid ? 'Must not be before the start' : undefined}
                onChange={(event) => {
                    setTo(event.currentTarget.value)
                }}
            />
            <Button type="submit" size="xs" disabled={!valid}>
                Apply
            </Button>
        </form>
    )
}

export function DateRangePicker({ value, withAnyTime = false, onChange }: Props): ReactElement {
    const [opened, setOpened] = useState(false)
    const choose = (range: Range): void => {
        setOpened(false)
        onChange(range)
    }
    const presets = PRESETS.map(({ from, label }) => ({ range: { from, to: null }, label }))
    const offered = withAnyTime
        ? [
              { range: { from: null, to: null }, label: 'Any time' },
              ...presets.filter(({ range }) => range.from !== 'all'),
          ]
        : presets
    return (
        <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
            <Popover.Target>
                <button
                    type="button"
                    className={styles.trigger}
                    aria-label={`Date range: ${rangeLabel(value)}`}
                    onClick={() => {
                        setOpened(!opened)
                    }}
                >
                    <Icon name="calendar" size={15} />
                    <span>{rangeLabel(value)}</span>
                    <Icon name="down" size={14} />
                </button>
            </Popover.Target>
            <Popover.Dropdown p={0} aria-label="Date range">
                <div className={styles.presets}>
                    {offered.map(({ range, label }) => (
                        <button
                            key={label}
                            type="button"
                            className={styles.preset}
                            aria-pressed={range.from === value.from && value.to === null}
                            onClick={() => {
                                choose(range)
                            }}
                        >
                            {label}
                        </button>
                    ))}
                </div>
                <CustomRange value={value} onChange={choose} />
            </Popover.Dropdown>
        </Popover>
    )
}
