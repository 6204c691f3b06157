#!/bin/sh
# Installs Debian packages for the tests, as root: `install-packages.sh PACKAGE…`, three tries.
# The packages' own services are kept from starting: the tests start private ones in temporary folders.
set -eu

export DEBIAN_FRONTEND=noninteractive

# Left-overs of a purged package make single answers fail; the packages install with their defaults as well.
debconf-set-selections <<ANSWERS || echo 'some answers were not taken; going on with the defaults' >&2
request-tracker5 request-tracker5/rtname string rt.test
request-tracker5 request-tracker5/organization string rt.test
request-tracker5 request-tracker5/webbaseurl string http://127.0.0.1:8081
request-tracker5 request-tracker5/handle-siteconfig-permissions boolean true
request-tracker5 request-tracker5/initial-root-password password unused-in-tests
request-tracker5 request-tracker5/install-cronjobs boolean false
request-tracker5 request-tracker5/dbconfig-install boolean true
request-tracker5 request-tracker5/database-type select sqlite3
exim4-config exim4/dc_eximconfig_configtype select no configuration at this time
ANSWERS

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi

try=1
until apt-get update && apt-get install -y --no-install-recommends "$@"; do
  [ "$try" -lt 3 ] || exit 1
  try=$((try + 1))
  sleep 5
done
