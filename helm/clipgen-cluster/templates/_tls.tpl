{{/* Mutual TLS among silos: what a silo shows, whom it trusts, and where it finds both. Nothing where it is off. */}}

{{- define "clipgen-cluster.tlsSecret" -}}
{{- default (printf "%s-silo-tls" (include "clipgen-cluster.fullname" .)) .Values.cluster.tls.existingSecret -}}
{{- end }}

{{- define "clipgen-cluster.tlsEnv" -}}
{{- with .Values.cluster.tls }}
{{- if .enabled -}}
- name: CLIPGEN__Cluster__Tls__Certificate
  value: /tls/tls.crt
- name: CLIPGEN__Cluster__Tls__Key
  value: /tls/tls.key
- name: CLIPGEN__Cluster__Tls__Authority
  value: {{ ternary "/tls-authority/ca.crt" "/tls/ca.crt" (ne .authoritySecret "") }}
- name: CLIPGEN__Cluster__Tls__Name
  value: {{ .name | quote }}
- name: CLIPGEN__Cluster__Tls__HandshakeTimeout
  value: {{ include "clipgen-cluster.duration" .handshakeTimeoutSeconds | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Whole volumes: what is mounted by subPath stays as it was when the pod started, and so would an expired certificate. */}}
{{- define "clipgen-cluster.tlsMounts" -}}
{{- with .Values.cluster.tls }}
{{- if .enabled -}}
- name: tls
  mountPath: /tls
  readOnly: true
{{- if .authoritySecret }}
- name: tls-authority
  mountPath: /tls-authority
  readOnly: true
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* By name: a pod whose Secret lacks one of them does not start, and its events say which. */}}
{{- define "clipgen-cluster.tlsVolumes" -}}
{{- with .Values.cluster.tls }}
{{- if .enabled -}}
- name: tls
  secret:
    secretName: {{ include "clipgen-cluster.tlsSecret" $ }}
    defaultMode: 0440
    items:
      - key: tls.crt
        path: tls.crt
      - key: tls.key
        path: tls.key
      {{- if not .authoritySecret }}
      - key: ca.crt
        path: ca.crt
      {{- end }}
{{- if .authoritySecret }}
- name: tls-authority
  secret:
    secretName: {{ .authoritySecret }}
    defaultMode: 0440
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end }}
