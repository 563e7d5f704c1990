import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactElement } from 'react'

import { fieldError, formError } from '../../lib/form-error'
import { isOwnPath } from '../../lib/own-path'
import { useLogin } from '../../query/session'
import { AuthLayout } from '../../ui/auth-layout'
import { Button, PasswordInput, TextInput } from '../../ui/controls'

const route = getRouteApi('/login')

export default function LoginScene(): ReactElement {
    const { next } = route.useSearch()
    const router = useRouter()
    const login = useLogin()
    const [email, setEmail] = useState('')
    const [password, setPassword] = useState('')
    const submit = (): void => {
        login.mutate(
            { email, password },
            {
                onSuccess: () => {
                    router.history.replace(next && isOwnPath(next) ? next : '/')
                },
            },
        )
    }
    return (
        <AuthLayout
            title="Log in"
            lead="Use your account on this server."
            error={formError(login.error, ['email', 'password'])}
            onSubmit={submit}
        >
            <TextInput
                label="E-mail"
                type="email"
                name="email"
                autoComplete="username"
                required
                value={email}
                error={fieldError(login.error, 'email')}
                onChange={(event) => {
                    setEmail(event.currentTarget.value)
                }}
            />
            <PasswordInput
                label="Password"
                name="password"
                autoComplete="current-password"
                required
                value={password}
                error={fieldError(login.error, 'password')}
                onChange={(event) => {
                    setPassword(event.currentTarget.value)
                }}
            />
            <Button type="submit" loading={login.isPending} fullWidth mt={4}>
                Log in
            </Button>
        </AuthLayout>
    )
}
