# shellcheck shell=bash
# Certificates for silos, in a folder that is exchanged as the kubelet exchanges a Secret's: by one link. Sourced by rolling-restart.sh.

tls_secret=silo-tls issued=0

make_authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority -keyout "$out/authority.key" -out "$out/authority.crt" 2> /dev/null
}

# make_certificate: a new key and a new certificate for all silos, by the same authority.
make_certificate() {
  local folder=$out/secrets/$tls_secret name
  issued=$((issued + 1))
  mkdir -p "$folder/..$issued"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / -keyout "$folder/..$issued/tls.key" -out "$out/silo.csr" 2> /dev/null
  openssl x509 -req -in "$out/silo.csr" -CA "$out/authority.crt" -CAkey "$out/authority.key" -CAcreateserial -days 1 -out "$folder/..$issued/tls.crt" 2> /dev/null \
    -extfile <(printf 'subjectAltName=critical,DNS:clipgen-silo\nextendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\n')
  cp "$out/authority.crt" "$folder/..$issued/ca.crt"
  ln -s "..$issued" "$folder/..new" && mv -T "$folder/..new" "$folder/..data"
  for name in tls.crt tls.key ca.crt; do ln -sf "..data/$name" "$folder/$name"; done
}
