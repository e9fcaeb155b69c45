#!/bin/sh
# make run: a server on a data folder of its own, with the shop of examples/loyalty in two regions and a few receipts in it; it follows
# the log of both.
# Without the registries of npm and PyPI, that one function of examples/hello behind a URL.
set -eu
cd "$(dirname "$0")/.."
PORT=${PORT:-4566}
URL=http://127.0.0.1:$PORT
CARD=2000000000015

if [ ! -e build/loyalty/installed ]; then
	echo "run: examples/loyalty is left out: $(cat build/loyalty/installed.unavailable 2>/dev/null || echo "its libraries are not installed")"
	exec build/samovar run examples/hello --listen "127.0.0.1:$PORT" --data build/data
fi

build/samovar up --quiet --listen "127.0.0.1:$PORT" --data build/data &
server=$!
followers=
trap 'kill $followers $server 2>/dev/null; wait $server 2>/dev/null' EXIT
trap 'exit 0' INT TERM
tries=0
until curl -sf "$URL/_samovar/health" >/dev/null; do
	kill -0 $server 2>/dev/null || exit 1
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { echo "run: the server does not answer"; exit 1; }
	sleep 0.1
done

# The example as a developer has it after npm install and pip install.
app=build/loyalty/app
rm -rf $app
mkdir -p $app
cp -r examples/loyalty/functions examples/loyalty/lib examples/loyalty/page examples/loyalty/package.json \
	examples/loyalty/serverless.yml $app
cp -al build/loyalty/node_modules build/loyalty/vendor $app

export AWS_ENDPOINT_URL=$URL AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
post() { # path body
	curl -s "$base$1" -H 'content-type: application/json' -d "$2"
}

for region in eu-central-1 us-east-1; do
	build/samovar deploy $app --stage develop --region $region >build/loyalty/deploy.log 2>&1 ||
		{ cat build/loyalty/deploy.log; exit 1; }
	api=$(sed -n 's|.*http://\([a-z0-9]*\)\.execute-api.*|\1|p' build/loyalty/deploy.log | head -n 1)
	base="$URL/_aws/execute-api/$api/\$default/"
	post user "{\"card\": \"$CARD\", \"name\": \"Anna\", \"email\": \"anna@example.com\"}" >/dev/null
	for sale in 1250.00 89.90 430.50; do
		post receipts "{\"card\": \"$CARD\", \"receipt\": \"t=20180518T1500&s=$sale&fn=8710000100518392&i=36420&fp=${sale%.*}&n=1\"}" >/dev/null
	done
	tries=0
	until curl -s "${base}user/$CARD/balance" | grep -q '"points":176' || [ $tries -gt 100 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	trace=$(curl -s "${base}receipts/8710000100518392-36420-430" | sed -n 's/.*"trace":"\([^"]*\)".*/\1/p')
	printf "%s\n  open  %s   (card %s)\n  curl  '%suser/%s/balance'\n        %s\n" "$region" "$base" $CARD "$base" $CARD \
		"$(curl -s "${base}user/$CARD/balance")"
done
cat <<END

every call of one receipt:  build/samovar logs --trace $trace --region $region --endpoint $URL
what an operator may:       curl -H 'authorization: Bearer develop' '${base}users'
any tool of AWS:            export AWS_ENDPOINT_URL=$URL AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
Ctrl-C ends it; the data stays in build/data. What the functions log from now on:

END
for region in eu-central-1 us-east-1; do
	for function in register enqueue award partner mail; do
		build/samovar logs --follow --since 0s "loyalty-develop-$function" --region $region &
		followers="$followers $!"
	done
done
wait $server
