import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactElement } from 'react'

import { fieldError, formError } from '../../lib/form-error'
import { useSetup } from '../../query/session'
import type { SetupInput } from '../../query/session'
import { AuthLayout } from '../../ui/auth-layout'
import { Button, PasswordInput, TextInput } from '../../ui/controls'

interface Field {
    name: keyof SetupInput
    label: string
    type?: string
    autoComplete?: string
    description?: string
    placeholder?: string
}

const FIELDS: readonly Field[] = [
    { name: 'first_name', label: 'Your name', autoComplete: 'given-name' },
    { name: 'email', label: 'E-mail', type: 'email', autoComplete: 'username' },
    {
        name: 'password',
        label: 'Password',
        type: 'password',
        autoComplete: 'new-password',
        description: 'At least 10 characters, not a common password',
    },
    { name: 'organization_name', label: 'Organization', autoComplete: 'organization' },
    { name: 'project_name', label: 'First project', placeholder: 'The application that you want to understand' },
]

const EMPTY: SetupInput = { first_name: '', email: '', password: '', organization_name: '', project_name: '' }

export default function SetupScene(): ReactElement {
    const navigate = useNavigate()
    const setup = useSetup()
    const [input, setInput] = useState(EMPTY)
    const submit = (): void => {
        setup.mutate(input, { onSuccess: () => void navigate({ to: '/', replace: true }) })
    }
    return (
        <AuthLayout
            title="Set up this server"
            lead="The first account owns the organization. Everything stays on this machine."
            error={formError(setup.error, Object.keys(EMPTY))}
            onSubmit={submit}
        >
            {FIELDS.map(({ name, type, ...field }) => {
                const Input = type === 'password' ? PasswordInput : TextInput
                return (
                    <Input
                        key={name}
                        {...field}
                        type={type === 'password' ? undefined : (type ?? 'text')}
                        name={name}
                        required
                        value={input[name]}
                        error={fieldError(setup.error, name)}
                        onChange={(event) => {
                            const { value } = event.currentTarget
                            setInput((old) => ({ ...old, [name]: value }))
                        }}
                    />
                )
            })}
            <Button type="submit" loading={setup.isPending} fullWidth mt={4}>
                Create account and project
            </Button>
        </AuthLayout>
    )
}
