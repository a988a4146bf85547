#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The certificates of tst_hub_tls, made once with openssl 3 and kept: an issuer nobody else trusts, and what it signed for
# this machine (right.pem), for another one (other.pem), and for a time that is over (old.pem). Keys for tests only: they
# protect nothing. The issuer's own key is thrown away.
set -e
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
cat > "$work/ca.cnf" <<END
[ca]
default_ca = here
[here]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
[issuer]
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
[right]
subjectAltName = DNS:localhost,IP:127.0.0.1
[other]
subjectAltName = DNS:other.example
[old]
subjectAltName = DNS:localhost,IP:127.0.0.1
END
: > "$work/index"
echo 01 > "$work/serial"
key "$work/issuer.key"
key server.key
openssl req -new -key "$work/issuer.key" -subj "/CN=An issuer of Vitral's tests" -out "$work/issuer.csr"
openssl req -new -key server.key -subj "/CN=A server of Vitral's tests" -out "$work/server.csr"
ca() { openssl ca -batch -notext -config "$work/ca.cnf" -keyfile "$work/issuer.key" -startdate 20000101000000Z "$@"; }
ca -selfsign -extensions issuer -in "$work/issuer.csr" -enddate 21000101000000Z -out issuer.pem
for name in right other old; do
  end=21000101000000Z
  [ $name = old ] && end=20010101000000Z
  ca -cert issuer.pem -extensions $name -in "$work/server.csr" -enddate $end -out $name.pem
done
