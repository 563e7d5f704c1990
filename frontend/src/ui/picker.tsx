/** A button that opens a searchable list. The list may be filtered here or by the server. */
import { useEffect, useState } from 'react'
import type { KeyboardEventHandler, ReactElement, ReactNode, Ref } from 'react'

import { Combobox, useCombobox } from './controls'
import { Icon } from './icons'
import type { IconName } from './icons'
import styles from './picker.module.css'

export interface PickerOption {
    value: string
    label: string
    group?: string
}

interface PickerProps {
    /** Names the control for assistive technology. */
    label: string
    value: string | null
    text?: string
    placeholder: string
    prefix?: string
    icon?: IconName
    options: readonly PickerOption[]
    loading?: boolean
    /** Given when the server searches; without it the options are filtered here. */
    onSearch?: (text: string) => void
    onChange: (value: string) => void
    emptyText?: string
    /** Offer the typed text itself, for values that no list has. */
    creatable?: boolean
    startsOpen?: boolean
    onClose?: () => void
}

/** The options that have the searched text. */
export function matching(options: readonly PickerOption[], search: string): readonly PickerOption[] {
    const needle = search.trim().toLowerCase()
    return needle ? options.filter(({ label, value }) => `${label} ${value}`.toLowerCase().includes(needle)) : options
}

function Option({ option, active }: { option: PickerOption; active: boolean }): ReactElement {
    return (
        <Combobox.Option value={option.value} active={active}>
            <span className={styles.option}>
                <span>{option.label}</span>
                {active && <Icon name="check" size={15} />}
            </span>
        </Combobox.Option>
    )
}

function grouped(options: readonly PickerOption[]): [string, PickerOption[]][] {
    const groups = new Map<string, PickerOption[]>()
    for (const option of options) {
        const name = option.group ?? ''
        groups.set(name, [...(groups.get(name) ?? []), option])
    }
    return [...groups]
}

function Options({ options, value }: { options: readonly PickerOption[]; value: string | null }): ReactNode {
    return grouped(options).map(([group, members]) => {
        const items = members.map((option) => (
            <Option key={option.value} option={option} active={option.value === value} />
        ))
        return group ? (
            <Combobox.Group key={group} label={group}>
                {items}
            </Combobox.Group>
        ) : (
            items
        )
    })
}

interface ListProps extends Pick<PickerProps, 'label' | 'value' | 'loading' | 'emptyText' | 'creatable'> {
    search: string
    shown: readonly PickerOption[]
}

function List({ label, value, loading, emptyText, creatable, search, shown }: ListProps): ReactElement {
    const typed = search.trim()
    const own = creatable && typed !== '' && !shown.some((option) => option.value === typed)
    return (
        <Combobox.Options mah={280} style={{ overflowY: 'auto' }} aria-label={label}>
            <Options options={shown} value={value} />
            {own && <Option option={{ value: typed, label: `Use “${typed}”` }} active={false} />}
            {shown.length === 0 && !own && (
                <Combobox.Empty>{loading ? 'Loading…' : (emptyText ?? 'Nothing found')}</Combobox.Empty>
            )}
        </Combobox.Options>
    )
}

interface ButtonProps extends Pick<PickerProps, 'label' | 'placeholder' | 'prefix' | 'icon'> {
    current: string | null
    opened: boolean
    onClick: () => void
    /** Given by the list that hangs on the button. */
    onKeyDown?: KeyboardEventHandler
    ref?: Ref<HTMLButtonElement>
}

function PickerButton({
    label,
    placeholder,
    prefix,
    icon,
    current,
    opened,
    onClick,
    onKeyDown,
    ref,
}: ButtonProps): ReactElement {
    const text = current ?? placeholder
    return (
        <button
            ref={ref}
            type="button"
            className={styles.button}
            data-placeholder={current === null}
            aria-label={`${label}: ${prefix ? `${prefix} ` : ''}${text}`}
            aria-haspopup="listbox"
            aria-expanded={opened}
            onClick={onClick}
            onKeyDown={onKeyDown}
        >
            {icon && <Icon name={icon} size={15} />}
            {prefix && (
                <>
                    <span className={styles.prefix}>{prefix}</span>{' '}
                </>
            )}
            <span>{text}</span>
            <Icon name="down" size={14} />
        </button>
    )
}

export function Picker(props: PickerProps): ReactElement {
    const { label, value, text, options, startsOpen, onSearch, onChange, onClose } = props
    const [search, setSearch] = useState('')
    const changeSearch = (next: string): void => {
        setSearch(next)
        onSearch?.(next)
    }
    const combobox = useCombobox({
        onDropdownClose: () => {
            combobox.resetSelectedOption()
            changeSearch('')
            onClose?.()
        },
        onDropdownOpen: () => {
            combobox.focusSearchInput()
        },
    })
    const { openDropdown } = combobox
    useEffect(() => {
        if (startsOpen) {
            openDropdown()
        }
        // eslint-disable-next-line react-hooks/exhaustive-deps -- only at the start
    }, [])
    const shown = onSearch ? options : matching(options, search)
    const current = text ?? options.find((option) => option.value === value)?.label ?? value
    return (
        <Combobox
            store={combobox}
            width={300}
            position="bottom-start"
            shadow="md"
            onOptionSubmit={(chosen) => {
                onChange(chosen)
                combobox.closeDropdown()
                combobox.focusTarget()
            }}
        >
            <Combobox.Target targetType="button" withAriaAttributes={false}>
                <PickerButton
                    {...props}
                    current={current}
                    opened={combobox.dropdownOpened}
                    onClick={() => {
                        combobox.toggleDropdown()
                    }}
                />
            </Combobox.Target>
            <Combobox.Dropdown>
                <Combobox.Search
                    value={search}
                    placeholder="Search"
                    aria-label={`Search ${label.toLowerCase()}`}
                    onChange={(event) => {
                        changeSearch(event.currentTarget.value)
                        combobox.updateSelectedOptionIndex()
                    }}
                />
                <List {...props} search={search} shown={shown} />
            </Combobox.Dropdown>
        </Combobox>
    )
}
