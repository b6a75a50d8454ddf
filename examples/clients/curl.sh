#!/bin/sh
# The badge by GET, a change by POST, and the inbox as a file. ROWBELL_TOKEN is a token of the person.
set -eu
api=${ROWBELL_URL:-http://127.0.0.1:5678/graphql}
authorization="Authorization: Bearer $ROWBELL_TOKEN"

curl -sSf -G "$api" -H "$authorization" --data-urlencode 'query={ unreadCount }'
echo

curl -sSf "$api" -H "$authorization" -H 'Content-Type: application/json' -d '{
  "query": "mutation ($ids: [UUID!]!) { markSeen(input: {notificationIds: $ids}) { result } }",
  "variables": { "ids": [] }
}'
echo

curl -sSf "${api%/graphql}/export/notifications.csv?read=false" -H "$authorization"
