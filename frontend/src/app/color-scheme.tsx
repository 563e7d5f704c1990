import type { ReactElement } from 'react'

import { ActionIcon, Menu, useMantineColorScheme } from '../ui/controls'
import { Icon } from '../ui/icons'
import type { IconName } from '../ui/icons'

const CHOICES: readonly { value: 'light' | 'dark' | 'auto'; label: string; icon: IconName }[] = [
    { value: 'light', label: 'Light', icon: 'sun' },
    { value: 'dark', label: 'Dark', icon: 'moon' },
    { value: 'auto', label: 'As the system', icon: 'screen' },
]

export function ColorSchemeMenu(): ReactElement {
    const { colorScheme, setColorScheme } = useMantineColorScheme()
    const current = CHOICES.find(({ value }) => value === colorScheme)
    return (
        <Menu position="top-end">
            <Menu.Target>
                <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="lg"
                    aria-label={`Colours: ${current?.label ?? 'As the system'}`}
                >
                    <Icon name={current?.icon ?? 'screen'} />
                </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
                <Menu.Label>Colours</Menu.Label>
                {CHOICES.map(({ value, label, icon }) => (
                    <Menu.Item
                        key={value}
                        leftSection={<Icon name={icon} size={16} />}
                        rightSection={value === colorScheme ? <Icon name="check" size={15} /> : undefined}
                        onClick={() => {
                            setColorScheme(value)
                        }}
                    >
                        {label}
                    </Menu.Item>
                ))}
            </Menu.Dropdown>
        </Menu>
    )
}
