/** The Mantine components that the product uses. Nothing outside this folder imports Mantine. */
export {
    ActionIcon,
    Button,
    Checkbox,
    Combobox,
    Drawer,
    Menu,
    Modal,
    PasswordInput,
    Popover,
    SegmentedControl,
    Select,
    Skeleton,
    Tabs,
    TextInput,
    Tooltip,
    VisuallyHidden,
    useCombobox,
    useComputedColorScheme,
    useMantineColorScheme,
} from '@mantine/core'
export { useClipboard, useMediaQuery } from '@mantine/hooks'
