"""Addresses of people, teams and settings; and those of signing in."""

from allauth.account import views as account
from django.urls import path, re_path

from continuity.people import views

app_name = "accounts"
urlpatterns = [
    path("setup/", views.set_up, name="setup"),
    path("preferences/", views.preferences, name="preferences"),
    path("profile/", views.profile, name="profile"),
    path("settings/", views.settings, name="settings"),
    path("people/", views.people, name="people"),
    path("people/choices/", views.choices, name="choices"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/close/", views.person_close, name="person_close"),
    path("people/<int:pk>/open/", views.person_open, name="person_open"),
    path("people/<int:pk>/link/", views.person_link, name="person_link"),
    path("people/teams/", views.teams, name="teams"),
    path("people/teams/new/", views.team_new, name="team_new"),
    path("people/teams/<int:pk>/", views.team, name="team"),
    path("people/teams/<int:pk>/members/", views.team_member, name="team_member"),
    path("people/teams/<int:pk>/remove/", views.team_remove, name="team_remove"),
    path("people/deleted/<int:pk>/undo/", views.undo_deletion, name="undo_deletion"),
]

sign_in_patterns = [
    path("login/", views.sign_in, name="account_login"),
    path("logout/", views.sign_out, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path(
        "password/reset/done/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]
"""What this product uses of allauth: no addresses to confirm, no codes. Signing up stays,
as the page that says who adds people."""
